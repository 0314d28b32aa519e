package import SystemPackage

/// Bytes from an argument vector, an environment or a file, unchanged.
///
/// A Linux argument is any bytes but NUL. `String` would repair bytes that are not UTF-8, and
/// compare by Unicode equivalence, so two different paths could look equal; bytes do neither.
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

    /// The text, if the bytes are valid UTF-8; `nil` otherwise.
    package var text: String? { String(validating: bytes, as: UTF8.self) }

    package func hasPrefix(_ prefix: StaticString) -> Bool {
        prefix.withUTF8Buffer { unsafe bytes.starts(with: $0) }
    }

    package func hasSuffix(_ suffix: StaticString) -> Bool {
        suffix.withUTF8Buffer { unsafe bytes.suffix($0.count).elementsEqual($0) }
    }

    /// What follows the last `/`, or everything if there is none.
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
    /// For messages: printable and on one line, for any bytes; see ``escaped``.
    package var description: String { escaped }

    /// The bytes as printable text: what ``printable(_:sparing:as:)`` escapes, and backslashes, so
    /// that the bytes can be derived from it. What is not UTF-8 is written as `\xHH` altogether.
    package var escaped: String {
        guard let text else { return bytes.map(escape(byte:)).joined() }
        let backslash = UInt8(ascii: "\\")
        guard bytes.contains(backslash) else { return printable(text) }
        return text.split(separator: "\\", omittingEmptySubsequences: false)
            .map { printable(String($0)) }.joined(separator: #"\\"#)
    }
}

extension FilePath {
    /// The path as it is in a command line, with any bytes except NUL, which a command line cannot
    /// contain.
    package init(_ bytes: ByteString) {
        unsafe self.init(platformString: bytes.bytes.map(CChar.init(bitPattern:)) + [0])
    }
}

// Classes of bytes as the rules of QEMU and Proxmox have them: of ASCII only.

func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}

func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

func isLetterOrDigit(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }

func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}

/// Lower-case hexadecimal digits, two a byte.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
}

/// The value of one hexadecimal digit, in either case.
package func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}
