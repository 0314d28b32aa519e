/// The variable store that a command line attaches beside the code image.
package struct AttachedVariableStore: Equatable, Sendable {
    /// The file it lies in, where it is a file.
    package let file: ByteString?
    /// What the command line says of its size, in bytes.
    package let statedByteCount: UInt64?
    /// How the store lies in the file, which decides how much of it the guest sees.
    package let format: Format

    package enum Format: Equatable, Sendable {
        /// The guest sees the file's bytes as they are.
        case raw
        case qcow2
        /// Another format, or none is named and QEMU guesses.
        case unknown

        init(_ driver: ByteString?) {
            switch driver {
            case "raw": self = .raw
            case "qcow2": self = .qcow2
            default: self = .unknown
            }
        }
    }

    package init?(
        _ attached: AttachedFirmware,
        in vector: ArgumentVector,
    ) throws(AttachmentError) {
        if let drive = attached.variableDrive {
            self.init(drive.properties)
        } else if let setting = attached.variableNode {
            let graph = try BlockGraph(vector)
            if let top = graph.node(named: setting.value) {
                try self.init(top, in: graph)
            } else {
                guard let drive = vector.drive(id: setting.value)?.value else { return nil }
                self.init(KeyValueList(drive))
            }
        } else {
            return nil
        }
    }

    private init(_ drive: KeyValueList) {
        file = drive["file"]
        statedByteCount = drive["size"].flatMap(QEMUValue.byteCount)
        format = Format(drive["format"])
    }

    /// The node that names the format has the size, the protocol node below it the file.
    private init(_ top: BlockGraph.Node, in graph: BlockGraph) throws(AttachmentError) {
        let chain = try graph.chain(from: top)
        file = chain.last.flatMap { graph.string("filename", of: $0) }
        let raw = chain.first { graph.string("driver", of: $0) == "raw" }
        statedByteCount = raw.flatMap { graph.number("size", of: $0) }
            .flatMap(QEMUValue.byteCount)
        let formats = chain.dropLast().map { Format(graph.string("driver", of: $0)) }
        // A protocol node alone gives its file as it is.
        format = formats.first { $0 != .unknown } ?? (chain.count == 1 ? .raw : .unknown)
    }
}
