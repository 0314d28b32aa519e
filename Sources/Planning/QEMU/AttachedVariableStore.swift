/// The variable store that a command line attaches beside the code image.
package struct AttachedVariableStore: Equatable, Sendable {
    /// The file it lies in, where it is a file.
    package let file: ByteString?
    /// What the command line says of its size, in bytes.
    package let statedByteCount: UInt64?
    /// How the store lies in the file, which decides how much of it the guest sees. `nil` where no
    /// format is named, so that QEMU guesses, and for those that Proxmox does not use.
    package let format: ImageFormat?

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
        format = drive["format"]?.text.flatMap(ImageFormat.init(rawValue:))
    }

    /// The node that names the format has the size, the protocol node below it the file.
    private init(_ top: BlockGraph.Node, in graph: BlockGraph) throws(AttachmentError) {
        let chain = try graph.chain(from: top)
        file = chain.last.flatMap { graph.string("filename", of: $0) }
        let raw = chain.first { graph.string("driver", of: $0) == "raw" }
        statedByteCount = raw.flatMap { graph.number("size", of: $0) }
            .flatMap(QEMUValue.byteCount)
        let drivers = chain.compactMap { graph.string("driver", of: $0)?.text }
        // A protocol node alone gives its file as it is.
        let formats = drivers.compactMap(ImageFormat.init(rawValue:))
        format = formats.first ?? (chain.count == 1 ? .raw : nil)
    }
}
