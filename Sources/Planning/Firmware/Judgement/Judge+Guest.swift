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
        guard area.byteCount >= KernelHashes.paddedByteCount else {
            return .hashTableTooSmall(
                byteCount: Int(area.byteCount),
                minimum: KernelHashes.paddedByteCount,
            )
        }
        return nil
    }
}

extension SEVMetadata {
    /// The page that the table of kernel hashes is measured with, where it holds all of the table.
    package func hashSection(for area: GuestArea) -> Section? {
        let end = UInt64(area.base) + UInt64(KernelHashes.paddedByteCount)
        return sections.first {
            $0.kind == .kernelHashes && $0.address <= area.base
                && end <= UInt64($0.address) + 4096
        }
    }
}
