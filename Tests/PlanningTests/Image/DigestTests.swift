import Planning
import Testing

struct DigestTests {
    @Test func `a digest survives a round trip through hexadecimal, in lower case`() throws {
        let digest = try Digest(.sha256, hex: String(repeating: "aB", count: 32))
        #expect(digest.hex == String(repeating: "ab", count: 32))
        #expect(digest.description == "sha256:" + digest.hex)
    }

    @Test(arguments: [
        "", "0", "zz", String(repeating: "a", count: 63), "0x" + String(repeating: "a", count: 62),
    ])
    func `what is not a whole digest is refused`(hex: String) {
        #expect(throws: DigestError.self) { try Digest(.sha256, hex: hex) }
    }
}
