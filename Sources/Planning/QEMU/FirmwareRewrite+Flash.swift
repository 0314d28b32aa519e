extension FirmwareRewrite.Draft {
    mutating func attachFlash() throws(AttachmentError) -> FirmwareAttachment {
        guard request.vmID == nil || attached.hasFlashCode else {
            throw .notUEFI(vmID: request.vmID ?? "")
        }
        for option in attached.bios { edits.remove(option) }
        if let last = attached.bios.last {
            warnings.append(.biosIgnored(option: vector.quote(last)))
        }
        try addVariableStore()
        if let drive = attached.codeDrive {
            edits.replace(drive.option, with: ["-drive", codeDrive(identifier: drive.identifier)])
            return .pflashDrive
        }
        if let node = attached.codeNode { return try attachNode(node) }
        edits.insert("-drive", codeDrive(identifier: nil))
        return .pflashDrive
    }

    /// `-drive` needs no more than this for a code image; what else stood there belonged to the
    /// file it named.
    private func codeDrive(
        identifier: ByteString?,
        interface: ByteString = "if=pflash,unit=0"
    ) -> ByteString {
        var text = interface
        if let identifier { text = KeyValueList(text).setting("id", to: identifier) }
        text = KeyValueList(text).setting("format", to: "raw")
        text = KeyValueList(text).setting("readonly", to: "on")
        // -snapshot would put what the guest sees into a file of its own, in a directory for all.
        text = KeyValueList(text).setting("snapshot", to: "off")
        return KeyValueList(text).setting("file", to: request.imagePath)
    }

    private mutating func addVariableStore() throws(AttachmentError) {
        guard let store = request.variableStore else { return }
        if let option = attached.variableStore {
            throw .variableStoreTwice(option: vector.quote(option))
        }
        edits.insert("-drive", store.driveValue)
    }

    private mutating func attachNode(
        _ setting: MachineOptions.Setting
    ) throws(AttachmentError) -> FirmwareAttachment {
        var graph = try BlockGraph(vector)
        if let top = graph.node(named: setting.value) {
            let chain = try graph.chain(from: top)
            try refuseSharing(of: chain, in: graph)
            try graph.placeImage(at: request.imagePath, below: chain)
            for option in vector.all("blockdev")
            where chain.contains(where: { $0.definition == option.index }) {
                guard let definition = graph.definitions[option.index] else { continue }
                edits.replaceValue(of: option, with: definition.text)
            }
            return .pflashBlockdev
        }
        guard let drive = vector.drive(id: setting.value) else {
            throw .unknownNode(name: setting.value, usedBy: setting.quote)
        }
        edits.replaceValue(
            of: drive,
            with: codeDrive(identifier: setting.value, interface: "if=none")
        )
        return .pflashDrive
    }

    /// The image must not show up where the variable store is expected.
    private func refuseSharing(
        of chain: [BlockGraph.Node],
        in graph: BlockGraph
    ) throws(AttachmentError) {
        guard let setting = attached.variableNode, let top = graph.node(named: setting.value) else {
            return
        }
        for node in try graph.chain(from: top) where chain.contains(node) {
            throw .nodeShared(name: graph.string("node-name", of: node) ?? setting.value)
        }
    }
}
