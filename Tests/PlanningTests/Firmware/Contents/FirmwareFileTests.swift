import Testing

@testable import Planning

/// Files and sections of a volume: lengths that lead nowhere end the walk and nothing else.
struct FirmwareFileTests {
    private func section(_ kind: UInt8, _ body: [UInt8]) -> [UInt8] {
        let size = body.count + 4
        let bytes = littleEndian(UInt32(size) | UInt32(kind) << 24) + body
        return bytes + filler((4 - bytes.count % 4) % 4, of: 0)
    }

    private func file(_ kind: UInt8, _ body: [UInt8], size: Int? = nil) -> [UInt8] {
        let size = littleEndian(UInt32(size ?? body.count + 24)).prefix(3)
        let bytes = filler(16, of: 7) + [0, 0, kind, 0] + size + [0xF8] + body
        return bytes + filler((8 - bytes.count % 8) % 8, of: 0xFF)
    }

    private func name(_ text: String) -> [UInt8] {
        section(FileSection.Kind.userInterface, (Array(text.utf16) + [0]).flatMap(littleEndian))
    }

    private func volume(_ files: [UInt8]) -> [UInt8] {
        var volume = SyntheticImage().volume(0x2000, name: FlashVolume.Name.preEFI)
        volume.write(files, at: 0x78)
        return volume
    }

    private func modules(_ files: [UInt8]) -> [String] {
        let bytes = section(FileSection.Kind.volumeImage, volume(files))
        return UnpackedVolume.volumes(in: bytes.span).flatMap(\.modules).map(\.name)
    }

    @Test func `modules are found by name, past padding`() {
        let files =
            file(FirmwareFile.Kind.pad, filler(99)) + file(7, section(0x19, [1]) + name("First"))
            + file(7, name("Second"))
        #expect(modules(files) == ["First", "Second"])
    }

    @Test(arguments: [0, 23, 0x2000, 0xFF_FFFF])
    func `a file whose length cannot be ends the walk`(size: Int) {
        #expect(modules(file(7, name("First")) + file(7, name("Second"), size: size)) == ["First"])
    }

    @Test(arguments: [0, 3, 0x2000, 0xFF_FFFF] as [UInt32])
    func `a section whose length cannot be ends its file's walk`(size: UInt32) {
        let broken = littleEndian(size | 0x1900_0000) + name("Never")
        #expect(modules(file(7, broken) + file(7, name("Second"))) == ["Second"])
    }

    @Test func `a name without an end is cut`() {
        let long = section(FileSection.Kind.userInterface, filler(1001, of: 0x41))
        #expect(modules(file(7, long)).first?.utf16.count == 128)
    }

    @Test func `volumes cut anywhere are read without a trap`() {
        let bytes = section(
            FileSection.Kind.volumeImage,
            volume(file(7, name("First")) + file(7, name("Second")))
        )
        for count in 0..<0x140 {
            #expect(UnpackedVolume.volumes(in: Array(bytes.prefix(count)).span).isEmpty)
            let image = Array(volume(file(7, name("First"))).prefix(count))
            _ = UnpackedVolume.volumes(in: image.span)
        }
    }

    @Test func `what a build lacks is known only where modules were found`() {
        #expect(BuildFeatures(all: []) == .unknown)
        let bytes = section(FileSection.Kind.volumeImage, volume(file(7, name("AmdSevDxe"))))
        let contents = FirmwareContents(unpacked: bytes.span)
        #expect(contents.features.hasSEVDriver == true)
        #expect(contents.features.hasTDXDriver == false)
        #expect(contents.contains(module: "AmdSevDxe") && !contents.contains(module: "Shell"))
    }
}
