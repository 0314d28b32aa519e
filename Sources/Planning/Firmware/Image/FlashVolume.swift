/// One firmware volume: a file system in flash, with a header that describes and checks itself.
///
/// Layout after edk2 `MdePkg/Include/Pi/PiFirmwareVolume.h`.
package struct FlashVolume: Hashable, Sendable {
    package enum FileSystem: Hashable, Sendable {
        /// Firmware file system 1, 2 or 3: drivers and applications.
        case firmware(version: Int)
        /// Non-volatile variables.
        case variables
        case other(GUID)
    }

    /// Where the header starts, in bytes from the start of the image.
    package let offset: Int
    /// In bytes, header included.
    package let byteCount: Int
    package let headerByteCount: Int
    package let fileSystem: FileSystem
    package let attributes: UInt32
    package let revision: UInt8
    /// The name in the extended header, which volumes of variables do not have.
    package let name: GUID?
    /// The reset vector of other architectures than x86 lies in the first bytes.
    package let startsWithCode: Bool

    /// One past the last byte.
    package var end: Int { offset + byteCount }

    package var holdsCode: Bool {
        if case .firmware = fileSystem { true } else { false }
    }

    package var holdsVariables: Bool { fileSystem == .variables }
}

extension FlashVolume {
    /// Names that OVMF gives its volumes, the same in every distribution's build.
    package enum Name {
        /// The compressed volume that holds everything but the first phase.
        package static let main = GUID(0x48DB_5E17, 0x707C, 0x472D, 0x91CD, 0x1613_E7EF_51B0)
        /// The first phase, which unpacks the main volume: it boots nothing alone.
        package static let security = GUID(0x763B_ED0D, 0xDE9F, 0x48F5, 0x81F1, 0x3E90_E1B1_A015)
        /// The second phase, inside the compressed volume.
        package static let preEFI = GUID(0x6938_079B, 0xB503, 0x4E3D, 0x9D24, 0xB283_37A2_5806)
    }
}
