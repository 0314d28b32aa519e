/// The conversions of `sscanf` that QEMU reads its configuration with. As there, what stands
/// behind the last conversion that fits does not matter.
struct FormatScanner {
    private static let maximumWordByteCount = 63
    private static let maximumValueByteCount = 1023

    private let line: ArraySlice<UInt8>
    private var rest: ArraySlice<UInt8>

    /// - Parameter line: counts up to its first NUL, as a C string does.
    init(_ line: ArraySlice<UInt8>) {
        self.line = line.prefix { $0 != 0 }
        rest = self.line
    }

    /// `[%63s "%63[^"]"]`, or `[%63[^]]]` without an id.
    mutating func header() -> (name: ByteString, identifier: ByteString?)? {
        rest = line
        guard accept("[") else { return nil }
        let behindBracket = rest
        if let name = word(), acceptBehindBlanks("\""),
            let identifier = text(before: "\"", atMost: Self.maximumWordByteCount)
        {
            return (name, identifier)
        }
        rest = behindBracket
        return text(before: "]", atMost: Self.maximumWordByteCount).map { ($0, nil) }
    }

    /// ` %63s = "%1023[^"]"`, or an empty value.
    mutating func setting() -> (key: ByteString, value: ByteString)? {
        rest = line
        guard let key = word(), acceptBehindBlanks("="), acceptBehindBlanks("\"") else {
            return nil
        }
        if let value = text(before: "\"", atMost: Self.maximumValueByteCount) {
            return (key, value)
        }
        return (key, "")
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func acceptBehindBlanks(_ character: Unicode.Scalar) -> Bool {
        rest = rest.drop(while: Self.isBlank)
        return accept(character)
    }

    private mutating func word() -> ByteString? {
        let blanksGone = rest.drop(while: Self.isBlank)
        let word = blanksGone.prefix(Self.maximumWordByteCount).prefix { !Self.isBlank($0) }
        rest = blanksGone.dropFirst(word.count)
        return word.isEmpty ? nil : ByteString(word)
    }

    private mutating func text(before end: Unicode.Scalar, atMost count: Int) -> ByteString? {
        let text = rest.prefix(count).prefix { $0 != UInt8(ascii: end) }
        rest = rest.dropFirst(text.count)
        return text.isEmpty ? nil : ByteString(text)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
