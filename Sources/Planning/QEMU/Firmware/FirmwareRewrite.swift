/// The command line with the sealed image in the place of its firmware, and how that was done.
///
/// One function a row of the attachment table: which guest, what was found, what becomes of it.
package struct FirmwareRewrite: Equatable, Sendable {
    package let attachment: FirmwareAttachment
    package let arguments: [ByteString]
    package let warnings: [AttachmentWarning]

    /// What the rewrite is given besides the command line.
    package struct Request: Equatable, Sendable {
        /// The path under which QEMU opens the sealed image; free of commas and quotes.
        package var imagePath: ByteString
        package var guest: GuestKind
        /// SEV and SEV-ES guests may keep their variable store, as Proxmox starts them today.
        package var sevUsesFlash: Bool
        package var variableStore: VariableStoreOption?
        /// Leave flash as flash and `-bios` as `-bios`, for every guest: for stock firmware.
        package var keepsPlace = false
        /// Where QEMU finds the sealed copies of its files of settings and of its kernel, by their
        /// own names.
        package var settingsPaths: [ByteString: ByteString] = [:]
        /// Proxmox's VM ID: its command lines always attach firmware if the VM is in UEFI mode.
        package var vmID: ByteString?

        package init(
            imagePath: ByteString,
            guest: GuestKind,
            sevUsesFlash: Bool = false,
            variableStore: VariableStoreOption? = nil,
            vmID: ByteString? = nil,
        ) {
            self.imagePath = imagePath
            self.guest = guest
            self.sevUsesFlash = sevUsesFlash
            self.variableStore = variableStore
            self.vmID = vmID
        }

        func usesFlash(_ attached: AttachedFirmware) -> Bool {
            keepsPlace ? attached.hasFlashCode : guest.startsFromFlash(sevUsesFlash: sevUsesFlash)
        }
    }

    package init(
        _ commandLine: QEMUCommandLine,
        attached: AttachedFirmware,
        request: Request,
    ) throws(AttachmentError) {
        let vector = commandLine.vector
        var draft = Draft(vector: vector, attached: attached, request: request)
        draft.placeSettings(commandLine.files)
        attachment = request.usesFlash(attached) ? try draft.attachFlash() : try draft.attachBIOS()
        for option in vector.options where option.origin == .launcher { draft.edits.remove(option) }
        arguments = draft.edits.applied(to: vector)
        warnings = draft.warnings
    }

    /// The rewrite while it is being made.
    struct Draft {
        let vector: ArgumentVector
        let attached: AttachedFirmware
        let request: Request
        var edits = ArgumentEdits()
        var warnings: [AttachmentWarning] = []

        /// QEMU reads the sealed copies of the files that the decision was made from, and no other.
        mutating func placeSettings(_ files: SettingsFiles) {
            for option in vector.all("readconfig") + vector.all("kernel") {
                guard let copy = option.value.flatMap({ request.settingsPaths[$0] }) else {
                    continue
                }
                edits.replaceValue(of: option, with: copy)
            }
            if !vector.has("no-user-config") { edits.insert("-no-user-config") }
            if let copy = files.defaultFile.flatMap({ request.settingsPaths[$0.path] }) {
                edits.insert("-readconfig", copy)
            }
        }
    }
}

extension FirmwareRewrite.Draft {
    mutating func attachBIOS() throws(AttachmentError) -> FirmwareAttachment {
        try removeFlash()
        if attached.variableStore != nil || request.variableStore != nil {
            warnings.append(.variableStoreUnused(request.guest))
        }
        if let last = attached.bios.last {
            for option in attached.bios.dropLast() { edits.remove(option) }
            edits.replaceValue(of: last, with: request.imagePath)
        } else {
            edits.insert("-bios", request.imagePath)
        }
        return .bios
    }

    /// A flash bank would win over `-bios`. The code image goes; the variable store stays as a
    /// drive that no device uses, because Proxmox addresses it by name.
    private mutating func removeFlash() throws(AttachmentError) {
        for drive in attached.drives {
            if drive.unit == 0 {
                edits.remove(drive.option)
            } else {
                edits.replace(drive.option, with: ["-drive", detached(drive)])
            }
        }
        for option in vector.all("machine") {
            let list = MachineOptions.list(of: option)
            let isFlash = { (item: KeyValueList.Item) in
                item.key == "pflash0" || item.key == "pflash1"
            }
            guard list.items.contains(where: isFlash) else { continue }
            let text = list.removing(where: isFlash)
            if text.isEmpty {
                edits.remove(option)
            } else {
                edits.replaceValue(of: option, with: text)
            }
        }
        try removeCodeNode()
    }

    private func detached(_ drive: FlashDrive) -> ByteString {
        let kept = drive.properties.removing { ["unit", "index", "bus"].contains($0.key) }
        return KeyValueList(kept).setting("if", to: "none")
    }

    private mutating func removeCodeNode() throws(AttachmentError) {
        guard let setting = attached.codeNode else { return }
        let graph = try BlockGraph(vector)
        guard let top = graph.node(named: setting.value) else {
            if let drive = vector.drive(id: setting.value) { edits.remove(drive) }
            return
        }
        let definitions = Set(try graph.chain(from: top).map(\.definition))
        for option in vector.all("blockdev") where definitions.contains(option.index) {
            edits.remove(option)
        }
    }
}

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

    /// `-drive` needs no more than this for a code image; everything else there belonged to the
    /// file that it named.
    private func codeDrive(
        identifier: ByteString?,
        interface: ByteString = "if=pflash,unit=0"
    ) -> ByteString {
        var text = interface
        if let identifier { text = KeyValueList(text).setting("id", to: identifier) }
        text = KeyValueList(text).setting("format", to: "raw")
        text = KeyValueList(text).setting("readonly", to: "on")
        // -snapshot would put what the guest sees into a separate file, in a directory for all
        // users.
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
