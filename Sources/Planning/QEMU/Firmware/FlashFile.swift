/// The file of a flash unit, as a command line attaches it.
package struct FlashFile: Equatable, Sendable {
    /// The format of the unit's content in the file, which decides what the guest sees of it.
    package enum Format: Equatable, Sendable {
        case raw
        case qcow2
        /// No format is named: QEMU looks into the file.
        case guessed
        /// One that Proxmox does not use.
        case other
    }

    /// If it is one of this host.
    package let file: ByteString?
    /// `size=`: what the guest sees, in bytes.
    package let statedByteCount: UInt64?
    /// `offset=`: where in the file the content begins, in bytes.
    package let offset: UInt64
    package let format: Format

    /// Whether the guest sees the bytes of a file, as far as the format tells.
    package var isWholeFile: Bool {
        file != nil && statedByteCount == nil && offset == 0
            && (format == .raw || format == .guessed)
    }

    /// Of unit 0.
    package init?(
        codeOf attached: AttachedFirmware,
        in commandLine: QEMUCommandLine,
    ) throws(AttachmentError) {
        try self.init(attached.codeDrive, attached.codeNode, commandLine.vector)
    }

    /// Of unit 1.
    package init?(
        variablesOf attached: AttachedFirmware,
        in commandLine: QEMUCommandLine,
    ) throws(AttachmentError) {
        try self.init(attached.variableDrive, attached.variableNode, commandLine.vector)
    }

    private init?(
        _ drive: FlashDrive?,
        _ setting: MachineOptions.Setting?,
        _ vector: ArgumentVector,
    ) throws(AttachmentError) {
        if let drive {
            self.init(drive: drive.properties)
        } else if let setting {
            let graph = try BlockGraph(vector)
            if let top = graph.node(named: setting.value) {
                try self.init(top, in: graph)
            } else {
                guard let drive = vector.drive(id: setting.value)?.value else { return nil }
                self.init(drive: KeyValueList(drive))
            }
        } else {
            return nil
        }
    }

    /// Of a `-drive`, whose format may stay unsaid, and whose file may have a node for a name.
    private init(drive: KeyValueList) {
        var nodes = BlockChain(BlockDefinition(drive))
        if let name = drive["file"] { nodes.append(BlockFileName(name)) }
        self.init(nodes, named: drive["format"])
    }

    private init(_ top: BlockGraph.Node, in graph: BlockGraph) throws(AttachmentError) {
        self.init(BlockChain(try graph.chain(from: top), in: graph), named: nil)
    }

    private init(_ nodes: BlockChain, named format: ByteString?) {
        file = nodes.fileName
        statedByteCount = nodes.size.flatMap(QEMUValue.byteCount)
        offset = nodes.offset.flatMap(QEMUValue.byteCount) ?? 0
        self.format = Format(format ?? nodes.format)
    }
}

extension FlashFile.Format {
    fileprivate init(_ name: ByteString?) {
        switch name {
        case nil: self = .guessed
        case "raw", "file", "host_device": self = .raw
        case "qcow2": self = .qcow2
        default: self = .other
        }
    }
}

/// The nodes from a format down to its file, as far as they are known without their graph.
private struct BlockChain {
    private(set) var fileName: ByteString?
    private(set) var size: ByteString?
    private(set) var offset: ByteString?
    private var drivers: [ByteString] = []

    /// Filters say nothing about the format, and a protocol alone gives its file unchanged.
    private static let filters: Set<ByteString> = ["copy-on-read", "throttle"]

    /// The driver of the topmost node that says how to read the file.
    var format: ByteString? { drivers.first { !Self.filters.contains($0) } }

    init(_ chain: [BlockGraph.Node], in graph: BlockGraph) {
        for node in chain {
            add { graph.number($0, of: node) }
        }
    }

    init(_ definition: BlockDefinition) { add(definition) }

    mutating func append(_ name: BlockFileName) {
        switch name {
        case .path(let path): fileName = path
        case .nodes(let definition): add(definition)
        case .elsewhere: break
        }
    }

    private mutating func add(_ definition: BlockDefinition) {
        var path: [ByteString] = []
        for _ in 0..<BlockGraph.maximumDepth {
            add { definition.number(at: path + [$0]) }
            guard definition.hasObject(at: path + ["file"]) else { return }
            path.append("file")
        }
    }

    private mutating func add(_ property: (ByteString) -> ByteString?) {
        if let driver = property("driver") { drivers.append(driver) }
        size = size ?? property("size")
        offset = offset ?? property("offset")
        fileName = property("filename") ?? fileName
    }
}

/// A variable store that `-efidisk0` adds to a launch by hand: the value of its `-drive`.
package struct VariableStoreOption: Equatable, Sendable {
    package let path: ByteString
    /// QEMU's name of the image format: `raw`, `qcow2`, …
    package let format: ByteString
    /// For raw stores, the size of the template they were made from, in bytes: the store's volume
    /// may be larger, and the code image expects its flash bank to end exactly there. Proxmox
    /// passes it for the same reason (`print_ovmf_drive_commandlines` of qemu-server's OVMF.pm).
    package let byteCount: Int?

    package init(path: ByteString, format: ByteString, byteCount: Int?) {
        self.path = path
        self.format = format
        self.byteCount = byteCount
    }

    /// - Parameter size: of the template that the store was made from.
    package init(_ store: VariableStore, size: VariableStoreSize) {
        self.init(
            path: store.path,
            format: ByteString(store.format.rawValue),
            byteCount: store.format == .raw ? size.templateByteCount : nil,
        )
    }

    /// Named as Proxmox names it, so that its tools find it.
    package var driveValue: ByteString {
        var text = KeyValueList("if=pflash,unit=1,id=drive-efidisk0").setting("format", to: format)
        text = KeyValueList(text).setting("file", to: path)
        guard let byteCount else { return text }
        return KeyValueList(text).setting("size", to: ByteString(String(byteCount)))
    }
}
