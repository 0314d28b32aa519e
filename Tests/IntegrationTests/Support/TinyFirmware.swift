import Foundation
import Planning

/// An image that does one thing at the reset vector: it tells QEMU to end with a status of its
/// own. Which image a command line really starts is known a tenth of a second later.
struct TinyFirmware {
    private let code: UInt8

    static let honest = TinyFirmware(code: 0x47)
    static let other = TinyFirmware(code: 0x45)

    /// What makes QEMU end so (hw/misc/debugexit.c).
    static let device: ByteString = "isa-debug-exit,iobase=0xf4,iosize=1"

    var status: Int32 { Int32(code) << 1 | 1 }

    /// The smallest image that `-bios` takes. Its last 16 bytes are where the processor starts.
    var image: Data { Data(repeating: 0xF4, count: 65_536 - 16) + resetVector }

    /// `mov al, code; out 0xf4, al; hlt; jmp $-1`, then up to the end of the address space.
    var resetVector: Data {
        let instructions: [UInt8] = [0xB0, code, 0xE6, 0xF4, 0xF4, 0xEB, 0xFD]
        return Data(instructions + Array(repeating: 0xF4, count: 16 - instructions.count))
    }
}
