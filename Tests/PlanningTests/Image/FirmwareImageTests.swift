import Foundation
import Planning
import TestSupport
import Testing

struct FirmwareImageTests {
    @Test func `a code image is understood from end to end`() throws {
        let image = FirmwareImage(SyntheticImage().build().span)
        #expect(image.kind == .code)
        #expect(image.architecture == .x86)
        #expect(image.layout.volumes.map(\.offset) == [0, 0x8000])
        #expect(image.layout.volumes.map(\.name).last == FlashVolume.Name.security)
        #expect(image.layout.isContiguous)
        #expect(image.resetVector?.style == .ovmf64)
        #expect(image.resetVector?.hasVolumeTopFile == true)
        #expect(image.table.value?.entries.count == 5)
        let reset = try #require(image.sevReset.value)
        #expect(reset.codeSegmentBase == 0x80_0000)
        #expect(reset.instructionPointer == 0xB004)
        #expect(image.sevHashTable.value?.base == 0x81_0C00)
        #expect(image.sevMetadata.value?.sections.count == 7)
        #expect(image.tdxMetadata.value?.sections.count == 3)
    }

    @Test func `a store before the code makes a combined image`() throws {
        let image = FirmwareImage(SyntheticImage(storeByteCount: 0x4000).build().span)
        #expect(image.kind == .combined)
        #expect(image.variableStore?.byteCount == 0x2000)
        #expect(image.tdxMetadata.value?.defect(imageByteCount: image.byteCount) == nil)
    }

    @Test func `a store alone is a variable store`() {
        #expect(FirmwareImage(SyntheticImage.store().span).kind == .variableStore)
    }

    @Test(
        arguments: [
            ([], FirmwareImage.Kind.blank(.empty)),
            (filler(100_000, of: 0), .blank(.zeros)),
            (filler(100_000, of: 0xFF), .blank(.erased)),
            (filler(100_000, of: 0) + [1], .notUEFI),
            (filler(1), .notUEFI),
        ] as [([UInt8], FirmwareImage.Kind)]
    )
    func `what holds no volume is told apart`(bytes: [UInt8], kind: FirmwareImage.Kind) {
        #expect(FirmwareImage(bytes.span).kind == kind)
    }

    @Test(
        arguments: [
            ([0x00, 0x04, 0x00, 0x14], Architecture.aarch64), ([0xFE, 0x03, 0x00, 0xEA], .arm),
            ([0x6F, 0x00, 0x80, 0x3B], .riscv), ([0x00, 0x00, 0x20, 0x50], .loongarch),
        ] as [([UInt8], Architecture)]
    )
    func `the jump in the first word tells other architectures`(
        jump: [UInt8],
        architecture: Architecture,
    ) {
        var image = SyntheticImage().volume(0x8000)
        image.write(jump, at: 0)
        image.fixVolumeChecksum()
        let padded = image + filler(0x8000, of: 0)
        #expect(FirmwareImage(padded.span).architecture == architecture)
        // Where the volume starts in the second page, as in QEMU_EFI.fd of AArch64.
        let second = jump + filler(4092, of: 0) + SyntheticImage().volume(0x8000)
        #expect(FirmwareImage(second.span).architecture == architecture)
    }

    @Test func `a PC BIOS is x86 without being UEFI`() {
        let bios = filler(0xFFF0) + [0xEA, 0x5B, 0xE0, 0x00, 0xF0] + filler(11)
        let image = FirmwareImage(bios.span)
        #expect(image.kind == .notUEFI)
        #expect(image.architecture == .x86)
        #expect(image.resetVector?.style == .legacyBIOS)
    }

    /// Bytes that came from anywhere: no prefix and no suffix of an image may stop the parser.
    @Test func `an image cut anywhere near its structures is read without a trap`() {
        let image = SyntheticImage(storeByteCount: 0x2000).build()
        for cut in 0...0x120 {
            _ = FirmwareImage(Array(image[cut...]).span)
            _ = FirmwareImage(Array(image[..<(image.count - cut)]).span)
            _ = FirmwareImage(Array(image[..<cut]).span)
            _ = FirmwareImage(Array(image.suffix(cut)).span)
        }
        for count in 0x580...0xA80 {
            _ = FirmwareImage(Array(image.suffix(count)).span)
        }
    }

    @Test func `one wrong byte anywhere in the structures is read without a trap`() {
        let image = SyntheticImage(storeByteCount: 0x1000, mainByteCount: 0x1000).build()
        let places =
            Array(0..<0x90) + Array(0x1000..<0x1080)
            + Array((image.count - 0xA20)..<image.count)
        var spoiled = image
        for place in places {
            for value: UInt8 in [0x00, 0x7F, 0x80, 0xFF] where value != image[place] {
                spoiled[place] = value
                let reading = FirmwareImage(spoiled.span)
                _ = reading.sevMetadata.value?.defect(imageByteCount: reading.byteCount)
                _ = reading.tdxMetadata.value?.defect(imageByteCount: reading.byteCount)
            }
            spoiled[place] = image[place]
        }
    }
}

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
