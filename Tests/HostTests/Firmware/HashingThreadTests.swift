import Planning
import Testing

@testable import Host

struct HashingThreadTests {
    /// Around the sizes where a chunk, and the ring of chunks, is full.
    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 1_500_001])
    func `what is hashed in pieces has the digests of the whole`(count: Int) throws {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        let algorithms: [Digest.Algorithm] = [.sha256, .sha384, .sha512]
        var whole = ImageDigester(algorithms)
        unsafe content.withUnsafeBytes { unsafe whole.update($0) }

        let hashing = try HashingThread(algorithms)
        var rest = content[...]
        while !rest.isEmpty {
            let chunk = unsafe hashing.nextChunk()
            let part = rest.prefix(chunk.count)
            unsafe chunk.copyBytes(from: part)
            hashing.hash(first: part.count)
            rest = rest.dropFirst(part.count)
        }
        #expect(hashing.finish() == whole.finish())
    }

    @Test func `a chunk that is asked for twice is the same one`() throws {
        let hashing = try HashingThread([.sha256])
        let first = unsafe hashing.nextChunk().baseAddress
        #expect(unsafe hashing.nextChunk().baseAddress == first)
        hashing.hash(first: 1)
        #expect(unsafe hashing.nextChunk().baseAddress != first)
    }

    @Test func `the thread ends with a copy that is given up`() throws {
        for given in 0..<8 {
            let hashing = try HashingThread([.sha256])
            for _ in 0..<given {
                _ = unsafe hashing.nextChunk()
                hashing.hash(first: 1)
            }
            if given.isMultiple(of: 2) { _ = unsafe hashing.nextChunk() }
            // Leaving the scope waits for the thread: a thread that stayed would hang the test.
        }
    }
}
