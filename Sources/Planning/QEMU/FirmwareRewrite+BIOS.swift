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
