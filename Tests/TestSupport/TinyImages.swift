package import Foundation
package import Planning

/// An image that does one thing at the reset vector: it tells QEMU to end with a status of its
/// own. Which image a command line really starts is known a tenth of a second later.
package struct TinyFirmware {
    private let code: UInt8

    package static let honest = TinyFirmware(code: 0x47)
    package static let other = TinyFirmware(code: 0x45)

    /// What makes QEMU end so (hw/misc/debugexit.c).
    package static let device: ByteString = "isa-debug-exit,iobase=0xf4,iosize=1"

    package var status: Int32 { Int32(code) << 1 | 1 }

    /// The smallest image that `-bios` takes. Its last 16 bytes are where the processor starts.
    package var image: Data { Data(repeating: 0xF4, count: 65_536 - 16) + resetVector }

    /// `mov al, code; out 0xf4, al; hlt; jmp $-1`, then up to the end of the address space.
    package var resetVector: Data {
        let instructions: [UInt8] = [0xB0, code, 0xE6, 0xF4, 0xF4, 0xEB, 0xFD]
        return Data(instructions + Array(repeating: 0xF4, count: 16 - instructions.count))
    }
}

/// Files for `-kernel`. QEMU's x86 machines copy the segments of a multiboot or PVH kernel to where
/// its program headers say, at every reset, over read-only memory too (`load_elf` in
/// hw/i386/multiboot.c and x86-common.c): one that names the end of the address space replaces the
/// firmware. A Linux kernel is given to the firmware, and lies nowhere by itself.
package enum TinyKernel {
    /// Where the last 64 KiB below 4 GiB begin.
    private static let address: UInt32 = 0xFFFF_0000

    /// Its one segment is the other firmware.
    package static var multiboot: Data {
        var file = elf(notes: Data())
        // Magic, no flags, checksum: anywhere in the first 8 KiB.
        file.replaceSubrange(0x400..<0x40C, with: words(0x1BAD_B002, 0, 0xE452_4FFE))
        return file
    }

    /// The same, with the note that tells where Xen's 32-bit entry is (XEN_ELFNOTE_PHYS32_ENTRY).
    package static var pvh: Data {
        elf(notes: words(4, 4, 18) + Data("Xen\0".utf8) + littleEndian(address))
    }

    /// As little of a bzImage as QEMU asks for: the setup header of boot protocol 2.12.
    package static var linux: Data {
        var file = Data(count: 4096 + 1024)
        file[0x1F1] = 1
        file.replaceSubrange(0x1FE..<0x202, with: [0x55, 0xAA, 0xEB, 0x66])
        file.replaceSubrange(0x202..<0x206, with: Data("HdrS".utf8))
        file.replaceSubrange(0x206..<0x208, with: [0x0C, 0x02])
        file[0x211] = 1
        file.replaceSubrange(0x22C..<0x230, with: words(0x7FFF_FFFF))
        file.replaceSubrange(0x260..<0x264, with: words(0x1_0000))
        return file
    }

    /// For 32-bit x86; the segment at 0x1000, the notes at 0x800.
    private static func elf(notes: Data) -> Data {
        let segment = TinyFirmware.other.image
        let size = UInt32(segment.count)
        var headers = words(1, 0x1000, address, address, size, size, 7, 0x1000)
        if !notes.isEmpty {
            let count = UInt32(notes.count)
            headers += words(4, 0x800, 0, 0, count, count, 4, 4)
        }
        var file = Data("\u{7F}ELF\u{1}\u{1}\u{1}".utf8) + Data(count: 9)
        file += words(0x0003_0002, 1, address, 52, 0, 0, 0x0020_0034)
        file += words(notes.isEmpty ? 0x0028_0001 : 0x0028_0002, 0)
        file += headers + Data(count: 0x1000 - file.count - headers.count)
        file.replaceSubrange(0x800..<0x800 + notes.count, with: notes)
        return file + segment
    }

    private static func words(_ numbers: UInt32...) -> Data {
        Data(numbers.flatMap { littleEndian($0) })
    }
}
