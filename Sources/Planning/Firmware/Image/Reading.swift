/// What was found where an image may carry a structure.
package enum Reading<Value: Hashable & Sendable>: Hashable, Sendable {
    case absent
    /// Something is there that QEMU or firmware would not accept.
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
