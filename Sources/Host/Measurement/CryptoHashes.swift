import Planning

package import protocol Crypto.HashFunction
package import struct Crypto.SHA256
package import struct Crypto.SHA384

/// The hash functions of launch digests, by swift-crypto.
package enum CryptoHashes: HashSuite {
    package typealias SHA256 = Hash<Crypto.SHA256>
    package typealias SHA384 = Hash<Crypto.SHA384>

    package struct Hash<Function: Crypto.HashFunction>: Planning.HashFunction {
        package static var byteCount: Int { Function.Digest.byteCount }

        private var function = Function()

        package init() {}

        package mutating func update(_ bytes: Span<UInt8>) {
            unsafe bytes.withUnsafeBytes { unsafe function.update(bufferPointer: $0) }
        }

        package consuming func finish(into output: inout [UInt8], at offset: Int) {
            for (index, byte) in function.finalize().enumerated() { output[offset + index] = byte }
        }
    }
}
