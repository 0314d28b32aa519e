/// Why a text is not the JSON that QEMU reads.
package enum JSONError: Error, Equatable, Sendable {
    case unexpected(at: Int)
    case duplicateKey(ByteString)
    case nestedTooDeep
}

/// Reads JSON as QEMU does (qobject/json-lexer.c): strings may also be in single quotes, and a key
/// may not occur twice in an object.
package struct JSONReader {
    /// `MAX_NESTING` in QEMU's qobject/json-streamer.c.
    private static let maximumDepth = 1024

    private let bytes: [UInt8]
    private var position = 0

    /// The whole text as one value.
    package static func read(_ text: ByteString) throws(JSONError) -> JSONNode {
        var reader = JSONReader(bytes: text.bytes)
        let node = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.position == text.bytes.count else { throw .unexpected(at: reader.position) }
        return node
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D {
            position += 1
        }
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        skipBlanks()
        guard next == byte else { throw .unexpected(at: position) }
        position += 1
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONNode {
        skipBlanks()
        let start = position
        let content: JSONNode.Content
        switch next {
        case UInt8(ascii: "{"): content = .object(try object(depth: depth))
        case UInt8(ascii: "["): content = .array(try array(depth: depth))
        case UInt8(ascii: "\""), UInt8(ascii: "'"): content = .string(try string())
        default: content = try word()
        }
        return JSONNode(content: content, range: start..<position)
    }

    private mutating func object(depth: Int) throws(JSONError) -> [JSONNode.Member] {
        guard depth < Self.maximumDepth else { throw .nestedTooDeep }
        try expect(UInt8(ascii: "{"))
        var members: [JSONNode.Member] = []
        var keys: Set<ByteString> = []
        guard !accept(UInt8(ascii: "}")) else { return members }
        repeat {
            skipBlanks()
            let start = position
            let key = try string()
            guard keys.insert(key).inserted else { throw .duplicateKey(key) }
            try expect(UInt8(ascii: ":"))
            let value = try value(depth: depth + 1)
            members.append(JSONNode.Member(key: key, value: value, range: start..<position))
        } while accept(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
        return members
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONNode] {
        guard depth < Self.maximumDepth else { throw .nestedTooDeep }
        try expect(UInt8(ascii: "["))
        var elements: [JSONNode] = []
        guard !accept(UInt8(ascii: "]")) else { return elements }
        repeat {
            elements.append(try value(depth: depth + 1))
        } while accept(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return elements
    }

    /// A number, `true`, `false` or `null`.
    private mutating func word() throws(JSONError) -> JSONNode.Content {
        let start = position
        while let byte = next, Self.isWord(byte) { position += 1 }
        let word = ByteString(bytes[start..<position])
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default:
            guard let text = word.text, word.bytes.allSatisfy(Self.isOfDecimalNumber),
                Double(text) != nil
            else { throw .unexpected(at: start) }
            return .number(word)
        }
    }

    /// Not all that Double reads is a JSON number: `0x10`, `inf`.
    private static func isOfDecimalNumber(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}

// MARK: - Strings

extension JSONReader {
    private mutating func string() throws(JSONError) -> ByteString {
        guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw .unexpected(at: position)
        }
        position += 1
        var value: [UInt8] = []
        while let byte = next, byte != quote {
            guard byte >= 0x20 else { throw .unexpected(at: position) }
            if byte == UInt8(ascii: "\\") {
                value += try escape()
            } else {
                value.append(byte)
                position += 1
            }
        }
        guard next == quote else { throw .unexpected(at: position) }
        position += 1
        return ByteString(value)
    }

    private mutating func escape() throws(JSONError) -> [UInt8] {
        position += 1
        guard let letter = next else { throw .unexpected(at: position) }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return [letter]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return try codePoint()
        default: throw .unexpected(at: position - 1)
        }
    }

    /// `\uXXXX`, or two of them as a surrogate pair. QEMU refuses lone surrogates, and writes U+0000
    /// as two bytes (`mod_utf8_encode` in its util/unicode.c), so that strings have no NUL.
    private mutating func codePoint() throws(JSONError) -> [UInt8] {
        let first = try codeUnit()
        var code = UInt32(first)
        if (0xD800..<0xDC00).contains(first) {
            guard next == UInt8(ascii: "\\") else { throw .unexpected(at: position) }
            position += 1
            guard next == UInt8(ascii: "u") else { throw .unexpected(at: position) }
            position += 1
            let second = try codeUnit()
            guard (0xDC00..<0xE000).contains(second) else { throw .unexpected(at: position) }
            code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        }
        guard code != 0 else { return [0xC0, 0x80] }
        guard let scalar = Unicode.Scalar(code) else { throw .unexpected(at: position) }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func codeUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = next, let value = hexValue(digit) else {
                throw .unexpected(at: position)
            }
            unit = unit << 4 | UInt16(value)
            position += 1
        }
        return unit
    }
}
