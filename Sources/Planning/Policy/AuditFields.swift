/// The words `key=value` of an audit record in a line of a log, whatever stands around it.
struct AuditFields {
    private var fields: [String: ByteString] = [:]

    /// Of several with one key, the first counts.
    init(of line: ByteString) {
        var rest = line.bytes[...]
        while !rest.isEmpty {
            rest = rest.drop { Self.isSpace($0) }
            guard
                let equals = rest.firstIndex(where: {
                    $0 == UInt8(ascii: "=") || Self.isSpace($0)
                }),
                rest[equals] == UInt8(ascii: "=")
            else {
                rest = rest.drop { !Self.isSpace($0) }
                continue
            }
            let key = String(decoding: rest[..<equals], as: UTF8.self)
            let value = Self.value(rest[rest.index(after: equals)...])
            rest = value.rest
            if fields[key] == nil { fields[key] = value.bytes }
        }
    }

    /// As it stands; of a value in quotes, with the first one.
    subscript(key: String) -> ByteString? { fields[key] }

    /// Whether the record is of that type: auditd writes its name, the kernel its number.
    func isRecord(_ number: String, _ name: String) -> Bool {
        fields["type"]?.text == number || fields["type"]?.text == name
    }

    /// A name is in quotes, or, where it has unusual characters, in hexadecimal digits.
    func name(_ key: String) -> ByteString? {
        guard let value = fields[key] else { return nil }
        if value.bytes.first == UInt8(ascii: "\"") { return ByteString(value.bytes.dropFirst()) }
        let digits = value.bytes.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == value.bytes.count, digits.count.isMultiple(of: 2) else {
            return value
        }
        return ByteString(
            stride(from: 0, to: digits.count, by: 2).map {
                UInt8(truncatingIfNeeded: digits[$0] << 4 | digits[$0 + 1])
            }
        )
    }

    /// In quotes, or up to the next space.
    private static func value(
        _ text: ArraySlice<UInt8>
    ) -> (bytes: ByteString, rest: ArraySlice<UInt8>) {
        if text.first == UInt8(ascii: "\"") {
            let inside = text.dropFirst()
            let end = inside.firstIndex(of: UInt8(ascii: "\"")) ?? inside.endIndex
            return (ByteString(text[..<end]), inside[end...].dropFirst())
        }
        let end = text.firstIndex(where: isSpace) ?? text.endIndex
        return (ByteString(text[..<end]), text[end...])
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
            || byte == 0x1D  // auditd sets what it adds itself apart so
    }
}
