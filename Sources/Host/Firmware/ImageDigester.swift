import Planning

import struct Crypto.SHA256
import struct Crypto.SHA384
import struct Crypto.SHA512

/// Hashes the bytes of an image once, in each algorithm that a pin names and no other.
struct ImageDigester {
    private var sha256: SHA256?
    private var sha384: SHA384?
    private var sha512: SHA512?

    init(_ algorithms: [Digest.Algorithm]) {
        sha256 = algorithms.contains(.sha256) ? SHA256() : nil
        sha384 = algorithms.contains(.sha384) ? SHA384() : nil
        sha512 = algorithms.contains(.sha512) ? SHA512() : nil
    }

    /// The digests of bytes that are at hand.
    ///
    /// - Parameter algorithms: SHA-256 where there is none, for a message that shows it.
    static func digests(of bytes: Span<UInt8>, by algorithms: [Digest.Algorithm]) -> [Digest] {
        var digester = ImageDigester(algorithms.isEmpty ? [.sha256] : algorithms)
        unsafe bytes.withUnsafeBytes { unsafe digester.update($0) }
        return digester.finish()
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        unsafe sha256?.update(bufferPointer: bytes)
        unsafe sha384?.update(bufferPointer: bytes)
        unsafe sha512?.update(bufferPointer: bytes)
    }

    /// In the order of the algorithms' declaration.
    consuming func finish() -> [Digest] {
        [
            sha256.map { Digest(.sha256, bytes: Array($0.finalize())) },
            sha384.map { Digest(.sha384, bytes: Array($0.finalize())) },
            sha512.map { Digest(.sha512, bytes: Array($0.finalize())) },
        ].compactMap(\.self)
    }
}
