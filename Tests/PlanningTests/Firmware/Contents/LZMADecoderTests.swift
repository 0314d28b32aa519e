import Testing

@testable import Planning

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
