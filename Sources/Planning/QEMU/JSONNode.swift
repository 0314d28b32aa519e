/// A JSON value and where it stands in its text.
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
