/// A JSON text that can be changed in one place without touching a byte elsewhere.
package struct JSONText: Equatable, Sendable {
    package let text: ByteString
    package let root: JSONNode

    package init(_ text: ByteString) throws(JSONError) {
        self.text = text
        root = try JSONReader.read(text)
    }

    /// A string as JSON writes it.
    package static func quoted(_ value: ByteString) -> ByteString {
        var bytes = [UInt8(ascii: "\"")]
        for byte in value.bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: bytes += Array("\\u00".utf8) + Array(hexadecimal([byte]).utf8)
            default: bytes.append(byte)
            }
        }
        return ByteString(bytes + [UInt8(ascii: "\"")])
    }

    /// The text with the value at `path` (keys from the outside in) written as `value`, itself
    /// JSON text. A last key that is missing is added at the end of its object.
    package func setting(_ path: [ByteString], to value: ByteString) throws(JSONError) -> JSONText {
        if let old = root.descendant(at: path) {
            return try replacing(old.range, with: value)
        }
        guard let key = path.last, let object = root.descendant(at: path.dropLast()),
            case .object(let members) = object.content
        else { throw .unexpected(at: root.range.upperBound) }
        let separator: [UInt8] = members.isEmpty ? [] : [UInt8(ascii: ",")]
        let member = separator + Self.quoted(key).bytes + [UInt8(ascii: ":")] + value.bytes
        let end = members.last?.range.upperBound ?? object.range.lowerBound + 1
        return try replacing(end..<end, with: ByteString(member))
    }

    /// The text without the member at `path`; unchanged if there is none.
    package func removing(_ path: [ByteString]) throws(JSONError) -> JSONText {
        guard let object = root.descendant(at: path.dropLast()),
            let index = object.members.firstIndex(where: { $0.key == path.last })
        else { return self }
        let members = object.members
        // With its comma: the one before it, or for the first member the one after it.
        let start =
            index > 0 ? members[index - 1].range.upperBound : members[index].range.lowerBound
        let end =
            index == 0 && members.count > 1
            ? members[1].range.lowerBound : members[index].range.upperBound
        return try replacing(start..<end, with: "")
    }

    private func replacing(_ range: Range<Int>, with new: ByteString) throws(JSONError) -> JSONText
    {
        try JSONText(
            ByteString(
                text.bytes[..<range.lowerBound] + new.bytes + text.bytes[range.upperBound...]
            )
        )
    }
}

/// A JSON value and its place in the text.
package struct JSONNode: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        case object([Member])
        case array([JSONNode])
        /// Decoded: escapes are resolved.
        case string(ByteString)
        case number(ByteString)
        case bool(Bool)
        case null
    }

    package struct Member: Equatable, Sendable {
        package let key: ByteString
        package let value: JSONNode
        /// From the key's first quote to the end of the value.
        package let range: Range<Int>
    }

    package let content: Content
    package let range: Range<Int>

    package var members: [Member] {
        guard case .object(let members) = content else { return [] }
        return members
    }

    package subscript(key: ByteString) -> JSONNode? {
        members.first { $0.key == key }?.value
    }

    package var string: ByteString? {
        guard case .string(let value) = content else { return nil }
        return value
    }

    package var bool: Bool? {
        guard case .bool(let value) = content else { return nil }
        return value
    }

    /// Follows keys through nested objects.
    package func descendant(at path: [ByteString]) -> JSONNode? {
        var node = self
        for key in path {
            guard let next = node[key] else { return nil }
            node = next
        }
        return node
    }
}
