/// The instruction set that an image is for, told from signs in the image.
package enum Architecture: String, Hashable, Sendable, CaseIterable {
    case x86
    case arm
    case aarch64
    case riscv
    case loongarch

    /// The field's own spelling, for messages.
    package var displayName: String {
        switch self {
        case .x86: "x86"
        case .arm: "ARM"
        case .aarch64: "AArch64"
        case .riscv: "RISC-V"
        case .loongarch: "LoongArch"
        }
    }

    /// The architecture whose unconditional jump this word is: the first instruction of firmware
    /// that starts at the bottom of its flash.
    init?(jump word: UInt32) {
        switch word {
        case let word where word & 0xFC00_0000 == 0x1400_0000: self = .aarch64  // b imm26
        case let word where word & 0xFF00_0000 == 0xEA00_0000: self = .arm  // b imm24
        case let word where word & 0x0000_0FFF == 0x0000_006F: self = .riscv  // jal x0, imm20
        case let word where word & 0xFC00_0000 == 0x5000_0000: self = .loongarch  // b offs26
        default: return nil
        }
    }

    /// x86 starts at the end of an image, every other architecture at its start.
    init?(of image: Span<UInt8>, layout: VolumeLayout, resetVector: ResetVector?) {
        if resetVector?.hasVolumeTopFile == true || resetVector?.style == .legacyBIOS {
            self = .x86
            return
        }
        guard let volume = layout.volumes.first(where: \.holdsCode) ?? layout.truncated else {
            return nil
        }
        let jumps = [0, volume.offset].compactMap { image.uint32(at: $0).flatMap(Self.init(jump:)) }
        if let architecture = jumps.first {
            self = architecture
            return
        }
        guard layout.endOfCode == image.count, resetVector.map({ $0.style != .empty }) == true
        else { return nil }
        self = .x86
    }
}
