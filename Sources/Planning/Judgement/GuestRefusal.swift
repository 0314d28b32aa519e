extension FirmwareImage {
    /// Why a guest of this kind cannot start with the image.
    func refusalsOfGuest(
        features: BuildFeatures,
        in context: JudgementContext,
    ) -> [GuestRefusal] {
        let guest = context.guest
        var refusals: [GuestRefusal] = []
        switch guest {
        case .normal: break
        case .sev: refusals.add(refusalOfHashes(in: context))
        case .sevES:
            refusals.add(refusalOfSMM(of: features, for: guest))
            refusals.add(refusalOfReset(for: guest))
            refusals.add(refusalOfHashes(in: context))
        case .sevSNP:
            refusals.add(refusalOfFlash(in: context))
            refusals.add(refusalOfSMM(of: features, for: guest))
            refusals.add(refusalOfReset(for: guest))
            refusals.add(refusalOfSEVMetadata)
            refusals.add(refusalOfHashes(in: context))
        case .tdx:
            refusals.add(refusalOfFlash(in: context))
            refusals.add(refusalOfSMM(of: features, for: guest))
            refusals.add(refusalOfTDXMetadata)
        }
        return refusals
    }

    private func refusalOfFlash(in context: JudgementContext) -> GuestRefusal? {
        context.attachment == .flash ? .flash(context.guest) : nil
    }

    private func refusalOfSMM(of features: BuildFeatures, for guest: GuestKind) -> GuestRefusal? {
        features.requiresSystemManagementMode == true ? .needsSystemManagementMode(guest) : nil
    }

    func refusalOfReset(for guest: GuestKind) -> GuestRefusal? {
        switch sevReset {
        case .absent: .noSEVReset(guest, table.fault)
        case .malformed(let fault): .noSEVReset(guest, fault)
        case .present(let block): block.address == 0 ? .zeroSEVReset(guest) : nil
        }
    }

    var refusalOfSEVMetadata: GuestRefusal? {
        switch sevMetadata {
        case .absent: .noSEVMetadata(table.fault)
        case .malformed(let fault): .noSEVMetadata(fault)
        case .present(let metadata):
            metadata.defect(imageByteCount: byteCount).map(GuestRefusal.unusableSEVMetadata)
        }
    }

    var refusalOfTDXMetadata: GuestRefusal? {
        switch tdxMetadata {
        case .absent: .noTDXMetadata(table.fault)
        case .malformed(let fault): .noTDXMetadata(fault)
        case .present(let metadata):
            metadata.defect(imageByteCount: byteCount).map(GuestRefusal.unusableTDXMetadata)
        }
    }

    /// QEMU, `target/i386/sev.c`: the table's area has to hold the padded table and, for SEV-SNP,
    /// to lie in a page that the metadata sets aside for it.
    private func refusalOfHashes(in context: JudgementContext) -> GuestRefusal? {
        guard context.hasKernelHashes else { return nil }
        guard context.hasKernel else {
            // Without a kernel SEV and SEV-ES guests simply get no table, which is a warning.
            return context.guest == .sevSNP ? .hashesWithoutKernel : nil
        }
        if let refusal = refusalOfHashArea { return refusal }
        guard context.guest == .sevSNP, let metadata = sevMetadata.value,
            let area = sevHashTable.value
        else { return nil }
        return metadata.hashSection(for: area) == nil ? .noHashSection : nil
    }

    /// Why the table of kernel hashes has no place in the guest's memory.
    var refusalOfHashArea: GuestRefusal? {
        guard case .present(let area) = sevHashTable, area.isSupported else {
            return .noHashTable(sevHashTable.fault ?? table.fault)
        }
        guard area.byteCount >= GuestArea.hashTableByteCount else {
            return .hashTableTooSmall(
                byteCount: Int(area.byteCount),
                minimum: GuestArea.hashTableByteCount,
            )
        }
        return nil
    }
}

extension SEVMetadata {
    /// The page that the table of kernel hashes is measured with, if it holds all of the table.
    package func hashSection(for area: GuestArea) -> Section? {
        let end = UInt64(area.base) + UInt64(GuestArea.hashTableByteCount)
        return sections.first {
            $0.kind == .kernelHashes && $0.address <= area.base
                && end <= UInt64($0.address) + 4096
        }
    }
}

/// Why a guest of this kind cannot start with an image that others may start with.
package enum GuestRefusal: Hashable, Sendable {
    /// Private memory cannot be flash.
    case flash(GuestKind)
    case noSEVReset(GuestKind, MetadataFault?)
    /// The build does not support SEV-ES and says so.
    case zeroSEVReset(GuestKind)
    case noSEVMetadata(MetadataFault?)
    case unusableSEVMetadata(SEVMetadata.Defect)
    case noTDXMetadata(MetadataFault?)
    case unusableTDXMetadata(TDXMetadata.Defect)
    case needsSystemManagementMode(GuestKind)
    case noHashTable(MetadataFault?)
    case hashTableTooSmall(byteCount: Int, minimum: Int)
    case noHashSection
    /// QEMU ends in an assertion.
    case hashesWithoutKernel

    package var code: ImageRefusal.Code {
        switch self {
        case .flash: .notForBIOS
        case .noSEVReset, .zeroSEVReset: .sevReset
        case .noSEVMetadata, .unusableSEVMetadata: .sevMetadata
        case .noTDXMetadata, .unusableTDXMetadata: .tdxMetadata
        case .needsSystemManagementMode: .systemManagementMode
        case .noHashTable, .hashTableTooSmall, .noHashSection, .hashesWithoutKernel: .kernelHashes
        }
    }

    package var text: String {
        switch self {
        case .flash(let guest): "\(guest.displayNameWithArticle) guest cannot start from flash"
        case .noSEVReset(let guest, let fault):
            "not built for \(guest.displayName), " + absent("SEV-ES reset block", fault)
        case .zeroSEVReset(let guest):
            "not built for \(guest.displayName), its SEV-ES reset address is zero"
        case .noSEVMetadata(let fault): "not built for SEV-SNP, " + absent("SEV metadata", fault)
        case .unusableSEVMetadata(let defect): "cannot start an SEV-SNP guest, \(defect.text)"
        case .noTDXMetadata(let fault): "not built for TDX, " + absent("TDX metadata", fault)
        case .unusableTDXMetadata(let defect): "cannot start a TDX guest, \(defect.text)"
        case .needsSystemManagementMode(let guest):
            "built to require SMM, which \(guest.displayName) guests do not have"
        case .noHashTable(let fault):
            "no place for the kernel hashes that are asked for, " + absent("hash table area", fault)
        case .hashTableTooSmall(let byteCount, let minimum):
            "the area for kernel hashes is too small"
                + " (expected \(minimum) bytes or more, found \(byteCount))"
        case .noHashSection: "no place in the SEV metadata for the kernel hashes that are asked for"
        case .hashesWithoutKernel: "kernel hashes are asked for and there is no kernel to hash"
        }
    }

    package var hint: String? {
        switch self {
        case .flash: "attach the image with -bios"
        case .noSEVReset, .zeroSEVReset:
            "give a 64-bit OVMF build with SEV-ES support (OVMF_SEV_*.fd, OVMF.amdsev.fd)"
        case .noSEVMetadata, .unusableSEVMetadata:
            "give a combined 64-bit OVMF image (OVMF_SEV_4M.fd, OVMF.amdsev.fd)"
        case .noTDXMetadata: "give an OVMF image for TDX (OVMF_TDX_4M.ms.fd, OVMF.inteltdx.fd)"
        case .unusableTDXMetadata(.outsideImage):
            "give the combined image (OVMF.fd, not OVMF_CODE*.fd)"
        case .unusableTDXMetadata: "give an OVMF image for TDX (OVMF_TDX_4M.ms.fd)"
        case .needsSystemManagementMode:
            "give a build without SMM_REQUIRE (not OVMF_CODE*.secboot.fd)"
        case .noHashTable, .hashTableTooSmall, .noHashSection:
            "give an AmdSev build (OVMF.amdsev.fd), or turn kernel-hashes off"
        case .hashesWithoutKernel: "add -kernel, or turn kernel-hashes off"
        }
    }

    private func absent(_ structure: String, _ fault: MetadataFault?) -> String {
        fault.map { "unusable \(structure): \($0.text)" } ?? "no \(structure)"
    }
}
