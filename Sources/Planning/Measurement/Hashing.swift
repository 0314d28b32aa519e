package import protocol Crypto.HashFunction

extension HashFunction {
    package mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { unsafe update(bufferPointer: $0) }
    }

    package consuming func finished() -> [UInt8] { Array(finalize()) }

    /// The hash of one run of bytes.
    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        var hash = Self()
        hash.update(bytes)
        return hash.finished()
    }
}

extension [UInt8] {
    /// Puts the number's bytes in place, little endian.
    mutating func put(_ value: some FixedWidthInteger, at offset: Int) {
        for index in 0..<value.bitWidth / 8 {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> (index * 8))
        }
    }

    mutating func put(_ bytes: some Collection<UInt8>, at offset: Int) {
        replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}
