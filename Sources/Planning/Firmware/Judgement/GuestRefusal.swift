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
        case .noHashSection: "no place for the kernel hashes that are asked for in SEV metadata"
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
