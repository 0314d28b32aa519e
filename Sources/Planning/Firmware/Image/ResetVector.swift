/// The last bytes of an x86 image: where the CPU starts, 16 bytes below 4 GiB.
///
/// Layout after edk2 `OvmfPkg/ResetVector/Ia16/ResetVectorVtf0.asm`.
package struct ResetVector: Hashable, Sendable {
    package enum Style: Hashable, Sendable {
        /// Nothing but 0x00 or 0xFF: no code.
        case empty
        /// OVMF whose first phase is 64-bit, since edk2-stable202111: looks for TDX first.
        case ovmf64
        /// OVMF whose first phase is 32-bit, or 64-bit from before TDX support.
        case ovmf
        /// A far jump to F000:E05B, the entry point of a PC BIOS such as SeaBIOS.
        case legacyBIOS
        case other
    }

    /// Sixteen, from offset size - 16.
    package let bytes: [UInt8]
    package let style: Style
    /// Whether `VTF` and NUL stand 20 bytes before the end, which marks edk2's volume top file.
    package let hasVolumeTopFile: Bool

    /// `nil` where the image has no sixteen bytes.
    init?(of image: Span<UInt8>) {
        guard let bytes = image.copy(16, at: image.count - 16) else { return nil }
        self.bytes = bytes
        hasVolumeTopFile = image.holds("VTF\0", at: image.count - 20)
        style = Style(bytes)
    }
}

extension ResetVector.Style {
    fileprivate init(_ bytes: [UInt8]) {
        self =
            if bytes.allSatisfy({ $0 == 0 }) || bytes.allSatisfy({ $0 == 0xFF }) {
                .empty
            } else if bytes.starts(with: [0x0F, 0x20, 0xC0, 0xA8, 0x01]) {
                .ovmf64
            } else if bytes.starts(with: [0x90, 0x90, 0xEB])
                || bytes.starts(with: [0x90, 0x90, 0xE9])
            {
                .ovmf
            } else if bytes.starts(with: [0xEA, 0x5B, 0xE0, 0x00, 0xF0]) {
                .legacyBIOS
            } else {
                .other
            }
    }
}
