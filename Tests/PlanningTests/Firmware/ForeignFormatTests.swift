import Planning
import Testing

struct ForeignFormatTests {
    private static let magics: [(String, Int, ForeignFormat)] = [
        ("QFI\u{FB}", 0, ForeignFormat.qcow2), ("KDMV", 0, .vmdk), ("vhdxfile", 0, .vhdx),
        ("IGVM", 0, .igvm), ("\u{7F}ELF", 0, .elf), ("MZ", 0, .pe), ("PK\u{3}\u{4}", 0, .zip),
        ("\u{1F}\u{8B}\u{8}", 0, .gzip), ("\u{FD}7zXZ\u{0}", 0, .xz), ("ustar", 257, .tar),
        ("<!DOCTYPE html>", 0, .html), ("MSCF", 0, .cabinet), ("conectix", 0, .vhd),
        ("QED\0", 0, .qed), ("LUKS\u{BA}\u{BE}", 0, .luks), ("\u{4}\u{22}M\u{18}", 0, .lz4),
        ("U\u{AA}", 0, .optionROM),
    ]

    @Test(arguments: magics)
    func `a magic tells the format`(magic: String, offset: Int, format: ForeignFormat) {
        let bytes = magic.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        let file = filler(offset) + bytes + filler(4096)
        #expect(FirmwareImage(file.span).kind == .foreign(format))
        // Without its last byte it is not there.
        let cut = filler(offset) + bytes.dropLast()
        #expect(ForeignFormat(of: cut.span) != format || format == .html)
    }

    @Test func `no sound image looks like another format`() {
        #expect(ForeignFormat(of: SyntheticImage().build().span) == nil)
        #expect(ForeignFormat(of: SyntheticImage.store().span) == nil)
    }
}
