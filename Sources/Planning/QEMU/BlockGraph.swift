/// The block nodes that `-blockdev` options define, by name.
package struct BlockGraph: Equatable, Sendable {
    /// A node: the option that defines it, and where in its value it stands.
    package struct Node: Hashable, Sendable {
        /// Index of the `-blockdev` option's word.
        package let definition: Int
        package let path: [ByteString]

        func property(_ key: ByteString) -> [ByteString] { path + [key] }
    }

    /// What stands under `file` of a node.
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

    /// Changes the definition a node stands in.
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
