import Planning

private import struct Crypto.SHA256
private import struct Crypto.SHA384

/// The hash functions of launch digests, by swift-crypto.
///
/// Two types of the same form instead of one generic: a launch digest ends a thousand hashes, and
/// only of a concrete type does the compiler see through to the digest's bytes.
package enum CryptoHashes: HashSuite {
    package struct SHA256: HashFunction {
        package static var byteCount: Int { Crypto.SHA256.Digest.byteCount }

        private var function = Crypto.SHA256()

        package init() {}

        package mutating func update(_ bytes: Span<UInt8>) {
            unsafe bytes.withUnsafeBytes { unsafe function.update(bufferPointer: $0) }
        }

        package consuming func finish(into output: inout [UInt8], at offset: Int) {
            unsafe function.finalize().withUnsafeBytes {
                unsafe output.replace(at: offset, with: $0)
            }
        }
    }

    package struct SHA384: HashFunction {
        package static var byteCount: Int { Crypto.SHA384.Digest.byteCount }

        private var function = Crypto.SHA384()

        package init() {}

        package mutating func update(_ bytes: Span<UInt8>) {
            unsafe bytes.withUnsafeBytes { unsafe function.update(bufferPointer: $0) }
        }

        package consuming func finish(into output: inout [UInt8], at offset: Int) {
            unsafe function.finalize().withUnsafeBytes {
                unsafe output.replace(at: offset, with: $0)
            }
        }
    }
}

extension [UInt8] {
    fileprivate mutating func replace(at offset: Int, with bytes: UnsafeRawBufferPointer) {
        precondition(offset + bytes.count <= count, "no room for a digest")
        unsafe withUnsafeMutableBytes { buffer in
            unsafe buffer[offset...].copyBytes(from: bytes)
        }
    }
}
