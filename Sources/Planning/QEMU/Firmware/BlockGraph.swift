/// The block nodes that `-blockdev` options define, by name.
package struct BlockGraph: Equatable, Sendable {
    /// A node: the option that defines it, and its place in the value.
    package struct Node: Hashable, Sendable {
        /// Index of the `-blockdev` option's word.
        package let definition: Int
        package let path: [ByteString]

        func property(_ key: ByteString) -> [ByteString] { path + [key] }
    }

    /// The value of `file` of a node.
    package enum Child: Equatable, Sendable {
        case node(Node)
        case missing(reference: ByteString)
        /// The node has no child: it is a protocol node.
        case none
    }

    /// Real graphs are four nodes deep; QEMU itself would not open a loop.
    package static let maximumDepth = 16

    package private(set) var definitions: [Int: BlockDefinition] = [:]
    private var nodes: [ByteString: Node] = [:]

    package init(_ vector: ArgumentVector) throws(AttachmentError) {
        for option in vector.all("blockdev") {
            guard let value = option.value else { continue }
            let definition: BlockDefinition
            do {
                definition = try BlockDefinition(value)
            } catch {
                throw .unreadableJSON(option: vector.quote(option), error)
            }
            definitions[option.index] = definition
            try register(definition, of: option, quote: vector.quote(option))
        }
    }

    private mutating func register(
        _ definition: BlockDefinition,
        of option: ArgumentVector.Option,
        quote: String,
    ) throws(AttachmentError) {
        var path: [ByteString] = []
        for _ in 0..<Self.maximumDepth {
            if let name = definition.string(at: path + ["node-name"]) {
                guard nodes[name] == nil else { throw .nodeDefinedTwice(name: name, option: quote) }
                nodes[name] = Node(definition: option.index, path: path)
            }
            guard definition.hasObject(at: path + ["file"]) else { return }
            path.append("file")
        }
    }

    package func node(named name: ByteString) -> Node? { nodes[name] }

    package func string(_ key: ByteString, of node: Node) -> ByteString? {
        definitions[node.definition]?.string(at: node.property(key))
    }

    package func number(_ key: ByteString, of node: Node) -> ByteString? {
        definitions[node.definition]?.number(at: node.property(key))
    }

    package func truth(_ key: ByteString, of node: Node) -> Bool? {
        definitions[node.definition]?.truth(at: node.property(key))
    }

    package func child(of node: Node) -> Child {
        let path = node.property("file")
        if definitions[node.definition]?.hasObject(at: path) == true {
            return .node(Node(definition: node.definition, path: path))
        }
        guard let name = string("file", of: node) else { return .none }
        return nodes[name].map { .node($0) } ?? .missing(reference: name)
    }

    /// The nodes from `top` down to its protocol node.
    package func chain(from top: Node) throws(AttachmentError) -> [Node] {
        var chain = [top]
        while let last = chain.last {
            switch child(of: last) {
            case .none:
                return chain
            case .missing(let name):
                throw .unknownNode(name: name, usedBy: nil)
            case .node(let next):
                guard chain.count < Self.maximumDepth, !chain.contains(next) else {
                    throw .nodeLoop(name: string("node-name", of: top))
                }
                chain.append(next)
            }
        }
        return chain
    }

    /// Changes the definition that contains a node.
    package mutating func edit(
        _ node: Node,
        _ change: (BlockDefinition) throws(JSONError) -> BlockDefinition,
    ) throws(AttachmentError) {
        guard let definition = definitions[node.definition] else { return }
        do {
            definitions[node.definition] = try change(definition)
        } catch {
            throw .unreadableJSON(option: quoted(definition.text), error)
        }
    }
}

/// Drivers between the flash device and the file, as far as a code image can pass through them.
private enum LayerDriver {
    /// Passes the bytes on. A window into them (`offset`, `size`) is taken off.
    static let raw: ByteString = "raw"
    /// A filter that slows requests and changes nothing.
    static let filters: Set<ByteString> = ["throttle"]
    /// Formats of the earlier image; the sealed image is raw.
    static let formats: Set<ByteString> = [
        "bochs", "cloop", "dmg", "parallels", "qcow", "qcow2", "qed", "vdi", "vhdx", "vmdk", "vpc",
    ]
    /// What a raw node may keep.
    static let rawProperties: Set<ByteString> = [
        "auto-read-only", "cache", "detect-zeroes", "discard", "driver", "file", "force-share",
        "node-name",
        "read-only",
    ]
}

extension BlockGraph {
    /// Puts the image where the chain's protocol node is, raw and read-only on the whole way down.
    /// Node names, and with a file under a raw node every byte but the file's name, stay.
    ///
    /// - Parameter chain: the nodes from the one the machine names to the protocol node.
    package mutating func placeImage(
        at path: ByteString,
        below chain: [Node],
    ) throws(AttachmentError) {
        for node in chain.dropLast() { try passThrough(node) }
        if let node = chain.last { try openImage(path, in: node) }
        for (position, node) in chain.enumerated() {
            try forbidWriting(to: node, isTop: position == 0)
        }
    }

    private mutating func passThrough(_ node: Node) throws(AttachmentError) {
        guard let driver = string("driver", of: node) else {
            throw .unsupportedDriver("", node: string("node-name", of: node))
        }
        if LayerDriver.filters.contains(driver) { return }
        guard driver == LayerDriver.raw || LayerDriver.formats.contains(driver) else {
            throw .unsupportedDriver(driver, node: string("node-name", of: node))
        }
        try edit(node) { (definition) throws(JSONError) in
            var raw = try definition.keeping(LayerDriver.rawProperties, at: node.path)
            if driver != LayerDriver.raw {
                raw = try raw.setting(node.property("driver"), to: LayerDriver.raw)
            }
            return raw
        }
    }

    private mutating func openImage(_ path: ByteString, in node: Node) throws(AttachmentError) {
        let isFile = string("driver", of: node) == "file"
        try edit(node) { (definition) throws(JSONError) in
            guard !isFile else {
                return try definition.setting(node.property("filename"), to: path)
            }
            return try definition.keeping(["driver", "node-name", "read-only"], at: node.path)
                .setting(node.property("driver"), to: "file")
                .setting(node.property("filename"), to: path)
        }
    }

    /// A nested node inherits from the node around it; a node with its own definition does not.
    private mutating func forbidWriting(to node: Node, isTop: Bool) throws(AttachmentError) {
        let writable = truth("read-only", of: node)
        guard writable == false || writable == nil && (isTop || node.path.isEmpty) else { return }
        try edit(node) { (definition) throws(JSONError) in
            try definition.setting(node.property("read-only"), to: true)
        }
    }
}
