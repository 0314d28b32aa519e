/// The value of one `-blockdev` option: a block node, with nodes nested in it, written as JSON or
/// as dotted `key=value` items. A path names a node or a property by its keys from the outside in.
package struct BlockDefinition: Equatable, Sendable {
    private enum Form: Equatable, Sendable {
        case json(JSONText)
        case keyValue(KeyValueList)
    }

    private let form: Form

    package init(_ value: ByteString) throws(JSONError) {
        // QEMU takes a value for JSON if and only if its very first byte is a brace.
        form =
            value.bytes.first == UInt8(ascii: "{")
            ? .json(try JSONText(value))
            : .keyValue(KeyValueList(value, impliedKey: "driver"))
    }

    package init(_ list: KeyValueList) {
        form = .keyValue(list)
    }

    private init(form: Form) {
        self.form = form
    }

    /// The value as it goes back into the command line.
    package var text: ByteString {
        switch form {
        case .json(let json): json.text
        case .keyValue(let list): list.text
        }
    }

    package func string(at path: [ByteString]) -> ByteString? {
        switch form {
        case .json(let json): json.root.descendant(at: path)?.string
        case .keyValue(let list): list[Self.dotted(path)]
        }
    }

    /// A number, written as one or as a string.
    package func number(at path: [ByteString]) -> ByteString? {
        switch form {
        case .json(let json): json.root.descendant(at: path)?.optionText
        case .keyValue(let list): list[Self.dotted(path)]
        }
    }

    package func truth(at path: [ByteString]) -> Bool? {
        switch form {
        case .json(let json): json.root.descendant(at: path)?.bool
        case .keyValue(let list): list[Self.dotted(path)].flatMap(QEMUValue.truth)
        }
    }

    /// Whether there is a nested node or another group of properties at `path`.
    package func hasObject(at path: [ByteString]) -> Bool {
        switch form {
        case .json(let json): !(json.root.descendant(at: path)?.members.isEmpty ?? true)
        case .keyValue(let list):
            list.items.contains { $0.key.bytes.starts(with: Self.prefix(path)) }
        }
    }

    /// The properties of the node at `path`.
    package func keys(at path: [ByteString]) -> Set<ByteString> {
        switch form {
        case .json(let json):
            return Set(json.root.descendant(at: path)?.members.map(\.key) ?? [])
        case .keyValue(let list):
            let prefix = Self.prefix(path)
            return Set(
                list.items.filter { $0.key.bytes.starts(with: prefix) }.map {
                    ByteString(
                        $0.key.bytes.dropFirst(prefix.count).prefix { $0 != UInt8(ascii: ".") }
                    )
                }
            )
        }
    }

    private static func dotted(_ path: [ByteString]) -> ByteString {
        ByteString(Array(path.map(\.bytes).joined(separator: [UInt8(ascii: ".")])))
    }

    private static func prefix(_ path: [ByteString]) -> [UInt8] {
        path.isEmpty ? [] : dotted(path).bytes + [UInt8(ascii: ".")]
    }
}

// MARK: - Editing

extension BlockDefinition {
    package func setting(
        _ path: [ByteString],
        to value: ByteString
    ) throws(JSONError) -> BlockDefinition {
        switch form {
        case .json(let json):
            BlockDefinition(form: .json(try json.setting(path, to: JSONText.quoted(value))))
        case .keyValue(let list):
            BlockDefinition(
                form: .keyValue(list.updated(list.setting(Self.dotted(path), to: value)))
            )
        }
    }

    package func setting(_ path: [ByteString], to truth: Bool) throws(JSONError) -> BlockDefinition
    {
        switch form {
        case .json(let json):
            BlockDefinition(form: .json(try json.setting(path, to: truth ? "true" : "false")))
        case .keyValue(let list):
            BlockDefinition(
                form: .keyValue(
                    list.updated(list.setting(Self.dotted(path), to: truth ? "on" : "off"))
                )
            )
        }
    }

    /// Without the properties of the node at `path` that are not in `kept`.
    package func keeping(
        _ kept: Set<ByteString>,
        at path: [ByteString]
    ) throws(JSONError) -> BlockDefinition {
        var result = self
        for key in keys(at: path).subtracting(kept) {
            result = try result.removing(path + [key])
        }
        return result
    }

    private func removing(_ path: [ByteString]) throws(JSONError) -> BlockDefinition {
        switch form {
        case .json(let json):
            return BlockDefinition(form: .json(try json.removing(path)))
        case .keyValue(let list):
            let whole = Self.dotted(path)
            let prefix = Self.prefix(path)
            let text = list.removing { $0.key == whole || $0.key.bytes.starts(with: prefix) }
            return BlockDefinition(form: .keyValue(list.updated(text)))
        }
    }
}

extension KeyValueList {
    /// The same list read again from an edited text: items keep their written keys, so only a
    /// first item without `=` needs its implied key.
    fileprivate func updated(_ text: ByteString) -> KeyValueList {
        KeyValueList(text, impliedKey: "driver")
    }
}

/// What a file name means to QEMU in a `-drive` (`bdrv_open_inherit` and
/// `path_has_protocol` in QEMU's block.c).
enum BlockFileName: Equatable, Sendable {
    case path(ByteString)
    /// `json:{…}`: the node itself, instead of a name.
    case nodes(BlockDefinition)
    /// By a protocol: no file of this host.
    case elsewhere

    init(_ name: ByteString) {
        let prefix = name.bytes.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "/") }
        guard prefix.endIndex < name.bytes.endIndex,
            name.bytes[prefix.endIndex] == UInt8(ascii: ":")
        else {
            self = .path(name)
            return
        }
        let rest = ByteString(name.bytes[(prefix.endIndex + 1)...])
        switch ByteString(prefix) {
        case "file", "host_device": self = .path(rest)
        case "json":
            do { self = .nodes(try BlockDefinition(rest)) } catch { self = .elsewhere }
        default: self = .elsewhere
        }
    }
}
