/// A hash function that somebody else provides: Planning decides what is hashed and links no
/// cryptography.
package protocol HashFunction {
    /// How many bytes it yields.
    static var byteCount: Int { get }

    init()
    mutating func update(_ bytes: Span<UInt8>)
    /// Ends the hash and puts its `byteCount` bytes into `output`, from `offset` on. In place,
    /// because a launch digest ends a hash for every page.
    consuming func finish(into output: inout [UInt8], at offset: Int)
}

/// The two functions that launch digests are made of.
package protocol HashSuite {
    associatedtype SHA256: HashFunction
    associatedtype SHA384: HashFunction
}

extension HashFunction {
    /// The hash of one run of bytes.
    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        var hash = Self()
        hash.update(bytes)
        return hash.finished()
    }

    package consuming func finished() -> [UInt8] {
        var output = [UInt8](repeating: 0, count: Self.byteCount)
        finish(into: &output, at: 0)
        return output
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
