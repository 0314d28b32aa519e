/// What was found where an image may carry a structure.
package enum Reading<Value: Hashable & Sendable>: Hashable, Sendable {
    case absent
    /// The image contains something that QEMU or firmware would not accept.
    case malformed(MetadataFault)
    case present(Value)

    package var value: Value? {
        if case .present(let value) = self { value } else { nil }
    }

    package var fault: MetadataFault? {
        if case .malformed(let fault) = self { fault } else { nil }
    }
}

/// Why a structure of the image's metadata cannot be used. Offsets are from the image's start.
package enum MetadataFault: Hashable, Sendable {
    /// The distance from the end, as the table of GUIDs gives it, leads outside of the image.
    case outsideImage(distance: UInt32, imageByteCount: Int)
    case wrongSignature(expected: String, offset: Int)
    case wrongVersion(UInt32)
    /// The length in the header is not that of its header and entries, or they do not fit.
    case wrongLength(found: Int, expected: Int)
    case tooFewEntries(found: Int, expected: Int)
    case tooManyEntries(found: Int, expected: Int)
    /// An entry of the table of GUIDs is shorter than it has to be.
    case shortEntry(byteCount: Int)

    /// For messages: what is wrong, lower case, without a subject.
    package var text: String {
        switch self {
        case .outsideImage(let distance, let imageByteCount):
            "its place is outside of the image (\(distance) bytes from the end"
                + " of \(imageByteCount))"
        case .wrongSignature(let expected, let offset):
            "no \(expected) at offset \(offset)"
        case .wrongVersion(let version): "unknown version \(version)"
        case .wrongLength(let found, let expected):
            "its length is wrong (expected \(expected), found \(found))"
        case .tooFewEntries(let found, let expected):
            "too few entries (expected \(expected) or more, found \(found))"
        case .tooManyEntries(let found, let expected):
            "too many entries (expected \(expected) or fewer, found \(found))"
        case .shortEntry(let byteCount): "its entry holds only \(byteCount) bytes"
        }
    }
}

/// Little-endian fields of untrusted bytes. Every read names its offset and is `nil` if the
/// field is not completely inside: a length or offset found in the bytes can be used as it is.
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

    /// Whether the ASCII text is at `offset`.
    package func holds(_ text: String, at offset: Int) -> Bool {
        holds(text.utf8.count, at: offset)
            && text.utf8.enumerated().allSatisfy { self[offset + $0.offset] == $0.element }
    }

    /// Whether these bytes are at `offset`.
    package func holds(_ expected: [UInt8], at offset: Int) -> Bool {
        holds(expected.count, at: offset)
            && expected.indices.allSatisfy { self[offset + $0] == expected[$0] }
    }

    /// A copy of `length` bytes at `offset`, or `nil` if they are not all there.
    package func copy(_ length: Int, at offset: Int) -> [UInt8]? {
        guard holds(length, at: offset) else { return nil }
        return (offset..<offset + length).map { self[$0] }
    }

    /// Whether there are `length` bytes at `offset`. Written so that no sum can overflow.
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
