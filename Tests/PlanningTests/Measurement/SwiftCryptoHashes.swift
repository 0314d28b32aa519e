import Crypto
import Planning

/// swift-crypto, as the launcher uses it.
enum SwiftCryptoHashes: HashSuite {
    typealias SHA256 = Hash<Crypto.SHA256>
    typealias SHA384 = Hash<Crypto.SHA384>

    struct Hash<Function: Crypto.HashFunction>: Planning.HashFunction {
        static var byteCount: Int { Function.Digest.byteCount }

        private var function = Function()

        init() {}

        mutating func update(_ bytes: Span<UInt8>) {
            unsafe bytes.withUnsafeBytes { unsafe function.update(bufferPointer: $0) }
        }

        consuming func finish(into output: inout [UInt8], at offset: Int) {
            for (index, byte) in function.finalize().enumerated() { output[offset + index] = byte }
        }
    }
}

typealias TestDigest = LaunchDigest<SwiftCryptoHashes>
