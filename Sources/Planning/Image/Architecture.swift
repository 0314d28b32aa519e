/// The instruction set that an image is for, as signs in the image show it.
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

/// How wide the registers are that x86 code is for.
package enum ProcessorMode: Int, Hashable, Sendable {
    case bits32 = 32
    case bits64 = 64

    /// - Parameter machine: as an executable's header names it (IMAGE_FILE_MACHINE_*).
    init?(machine: UInt16) {
        switch machine {
        case 0x014C: self = .bits32
        case 0x8664: self = .bits64
        default: return nil
        }
    }
}

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
    /// Whether `VTF` and NUL are 20 bytes before the end, which marks edk2's volume top file.
    package let hasVolumeTopFile: Bool

    /// `nil` if the image has no sixteen bytes.
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

extension ResetVector {
    /// Where a jump out of the reset vector finds the code that OVMF puts before it, which begins by
    /// noting which processor it is on (`mov di, 'BP'`). `nil` if no jump does.
    ///
    /// Source: edk2 `UefiCpuPkg/ResetVector/Vtf0/Ia16/Init16.asm`.
    static func earlyCode(of image: Span<UInt8>) -> Int? {
        let start = image.count - 16
        for offset in start..<image.count - 1 {
            let target: Int
            switch image.uint8(at: offset) {
            case 0xEB: target = offset + 2 + Int(Int8(bitPattern: image[offset + 1]))
            case 0xE9:
                guard let distance = image.uint16(at: offset + 1) else { continue }
                target = offset + 3 + Int(Int16(bitPattern: distance))
            default: continue
            }
            if image.holds([0xBF, 0x42, 0x50], at: target) { return target }
        }
        return nil
    }
}
