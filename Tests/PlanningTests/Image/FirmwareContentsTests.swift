import LZMA
import TestSupport
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

    private func utf16(_ texts: [String]) -> [UInt8] {
        texts.flatMap { (Array($0.utf16) + [0]).flatMap(littleEndian) }
    }

    private func identity(smbios: [String], bds: [String]) -> BuildIdentity {
        let files =
            file(7, section(0x19, [0, 0] + utf16(smbios)) + name("SmbiosPlatformDxe"))
            + file(7, section(0x19, [0, 0] + utf16(bds)) + name("BdsDxe"))
        let bytes = section(FileSection.Kind.volumeImage, volume(files))
        return FirmwareContents(unpacked: bytes.span).identity
    }

    /// Of real builds: one without a version, whose vendor came where versions are; and one in which a
    /// number stands right before the vendor.
    @Test(
        arguments: [
            (["02/06/2015", "EDK II"], ["EDK II"], "EDK II", nil),
            (["02/06/2015", "EDK II"], ["@EDK II"], "EDK II", nil),
            (["02/06/2015", "unknown", "EDK II"], ["REDK II"], "EDK II", "unknown"),
            (
                ["11/08/2025", "2025.02-8", "Debian distribution of EDK II"],
                ["\u{40}Debian distribution of EDK II"], "Debian distribution of EDK II",
                "2025.02-8"
            ),
            (
                ["11/08/2025", "2025.02-8"], ["Debian distribution of EDK II"],
                "Debian distribution of EDK II", "2025.02-8"
            ),
        ] as [([String], [String], String?, String?)]
    )
    func `vendor and version are told apart`(
        smbios: [String],
        bds: [String],
        vendor: String?,
        version: String?,
    ) {
        let identity = identity(smbios: smbios, bds: bds)
        #expect(identity.vendor == vendor)
        #expect(identity.version == version)
    }

    @Test(
        arguments: [
            ("2025.02-8+deb13u1", 202_502), ("edk2-stable202308", 202_308), ("2022.11-6", 202_211),
            ("0.0.0", nil), ("unknown", nil), ("2025", nil), ("20231115-3", 202_311),
            ("9999.99", nil),
        ] as [(String, Int?)]
    )
    func `the release of edk2 is read from a version`(version: String, release: Int?) {
        #expect(identity(smbios: ["11/08/2025", version], bds: []).stableRelease == release)
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

struct LZMADecoderTests {
    /// `printf 'hello hello hello hello\n' | xz --format=lzma`, in hexadecimal.
    private static let packed: [UInt8] = [
        0x5D, 0x00, 0x00, 0x80, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0x00, 0x34, 0x19, 0x49, 0xEE, 0x8D, 0xE9, 0x56, 0x0A, 0xC1, 0xB6,
        0x20, 0xB7, 0xFF, 0xFF, 0xBA, 0x34, 0x00, 0x00,
    ]

    private func decode(_ bytes: [UInt8], limit: Int = 1 << 20) throws(LZMAFault) -> [UInt8] {
        var decoder = try LZMADecoder(bytes.span, limit: limit)
        try decoder.decode(upTo: decoder.byteCount, from: bytes.span)
        return decoder.output
    }

    @Test func `what was packed comes back`() throws {
        #expect(try decode(Self.packed) == Array("hello hello hello hello\n".utf8))
    }

    @Test func `a header that tells the size needs no end mark`() throws {
        var bytes = Self.packed
        bytes.write(littleEndian(UInt64(5)), at: 5)
        #expect(try decode(bytes).prefix(5) == Array("hello".utf8)[...])
    }

    @Test func `parts come to the whole`() throws {
        var decoder = try LZMADecoder(Self.packed.span, limit: 1 << 20)
        for count in 1...24 {
            try decoder.decode(upTo: count, from: Self.packed.span)
            #expect(decoder.output.count >= count)
        }
        #expect(decoder.output == Array("hello hello hello hello\n".utf8))
    }

    @Test func `the limit holds whatever the header promises`() throws {
        var zeros = Self.packed
        zeros.write(littleEndian(UInt64.max - 1), at: 5)
        #expect(try decode(zeros, limit: 3).count <= 3 + 272)
    }

    @Test func `input that ends early is told`() {
        for count in 0..<Self.packed.count - 5 {
            #expect(throws: LZMAFault.self) { try decode(Array(Self.packed.prefix(count))) }
        }
    }

    @Test(arguments: [225, 255] as [UInt8])
    func `properties that cannot be are refused`(byte: UInt8) {
        var bytes = Self.packed
        bytes[0] = byte
        #expect(throws: LZMAFault.unknownProperties) { try decode(bytes) }
    }

    @Test func `a distance before the start is corrupt, never a trap`() {
        var seed: UInt64 = 1
        for _ in 0..<2000 {
            var bytes: [UInt8] = [0x5D, 0, 0, 1, 0] + littleEndian(UInt64(4096)) + [0]
            for _ in 0..<64 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: seed >> 33))
            }
            do throws(LZMAFault) {
                _ = try decode(bytes)
            } catch {
                #expect(error == .corrupt || error == .truncated)
            }
        }
    }
}
