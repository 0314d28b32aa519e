/// Bytes as they stood in an argument vector, an environment or a file.
///
/// A Linux argument is any bytes but NUL. `String` would repair what is not UTF-8 and compare by
/// Unicode equivalence, so two different paths could look equal; bytes do neither.
package struct ByteString: Hashable, Sendable {
    package var bytes: [UInt8]

    /// From other modules the fast one: a generic initializer is compiled for any sequence there.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    package init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
    }

    package var isEmpty: Bool { bytes.isEmpty }

    /// The text, where the bytes are valid UTF-8; `nil` otherwise.
    package var text: String? { String(validating: bytes, as: UTF8.self) }

    package func hasPrefix(_ prefix: StaticString) -> Bool {
        prefix.withUTF8Buffer { unsafe bytes.starts(with: $0) }
    }

    package func hasSuffix(_ suffix: StaticString) -> Bool {
        suffix.withUTF8Buffer { unsafe bytes.suffix($0.count).elementsEqual($0) }
    }

    /// What follows the last `/`, or everything where there is none.
    package var lastPathComponent: ByteString {
        ByteString(bytes[(bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...])
    }
}

extension ByteString: ExpressibleByStringLiteral {
    package init(stringLiteral value: StaticString) {
        bytes = value.withUTF8Buffer { unsafe Array($0) }
    }
}

extension ByteString: CustomStringConvertible {
    /// For messages: printable, on one line, whatever the bytes are; see ``escaped``.
    package var description: String { escaped }

    /// The bytes as printable text: control characters, backslashes and what is not UTF-8 are
    /// written as `\n`, `\t`, `\\` or `\xHH`, so that a message is always one honest line.
    package var escaped: String {
        String(decoding: bytes, as: UTF8.self).unicodeScalars.contains(where: isUnprintable)
            || text == nil
            ? bytes.map(escape(byte:)).joined()
            : String(decoding: bytes, as: UTF8.self)
    }
}

/// Control characters and those that reorder or hide text on a terminal.
private func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
    default: scalar == "\\"
    }
}

private func escape(byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\n"): return #"\n"#
    case UInt8(ascii: "\r"): return #"\r"#
    case UInt8(ascii: "\t"): return #"\t"#
    case UInt8(ascii: "\\"): return #"\\"#
    case 0x20..<0x7F: return String(UnicodeScalar(byte))
    default:
        let digits = String(byte, radix: 16, uppercase: false)
        return #"\x"# + (digits.count == 1 ? "0" : "") + digits
    }
}
