/// Little-endian fields of untrusted bytes. Every read names its offset and is `nil` where the
/// field does not lie wholly inside: a length or offset found in the bytes can be used as it is.
extension Span where Element == UInt8 {
    package func uint8(at offset: Int) -> UInt8? {
        holds(1, at: offset) ? self[offset] : nil
    }

    package func uint16(at offset: Int) -> UInt16? {
        guard holds(2, at: offset) else { return nil }
        return UInt16(self[offset]) | UInt16(self[offset + 1]) << 8
    }

    package func uint32(at offset: Int) -> UInt32? {
        guard holds(4, at: offset) else { return nil }
        return UInt32(self[offset]) | UInt32(self[offset + 1]) << 8
            | UInt32(self[offset + 2]) << 16 | UInt32(self[offset + 3]) << 24
    }

    package func uint64(at offset: Int) -> UInt64? {
        guard holds(8, at: offset), let low = uint32(at: offset), let high = uint32(at: offset + 4)
        else { return nil }
        return UInt64(low) | UInt64(high) << 32
    }

    package func guid(at offset: Int) -> GUID? {
        guard holds(16, at: offset), let low = uint64(at: offset),
            let high = uint64(at: offset + 8)
        else { return nil }
        return GUID(low: low, high: high)
    }

    /// Whether the ASCII text stands at `offset`.
    package func holds(_ text: String, at offset: Int) -> Bool {
        holds(text.utf8.count, at: offset)
            && text.utf8.enumerated().allSatisfy { self[offset + $0.offset] == $0.element }
    }

    /// Whether these bytes stand at `offset`.
    package func holds(_ expected: [UInt8], at offset: Int) -> Bool {
        holds(expected.count, at: offset)
            && expected.indices.allSatisfy { self[offset + $0] == expected[$0] }
    }

    /// A copy of `length` bytes at `offset`, or `nil` where they are not all there.
    package func copy(_ length: Int, at offset: Int) -> [UInt8]? {
        guard holds(length, at: offset) else { return nil }
        return (offset..<offset + length).map { self[$0] }
    }

    /// Whether `length` bytes lie at `offset`. Written so that no sum can overflow.
    package func holds(_ length: Int, at offset: Int) -> Bool {
        offset >= 0 && length >= 0 && length <= count && offset <= count - length
    }

    /// Whether every byte has this value. Stops at the first page that differs.
    package func consists(of value: UInt8) -> Bool {
        var start = 0
        while start < count {
            let end = min(start + 4096, count)
            var difference: UInt8 = 0
            for index in start..<end { difference |= self[index] ^ value }
            guard difference == 0 else { return false }
            start = end
        }
        return true
    }
}
