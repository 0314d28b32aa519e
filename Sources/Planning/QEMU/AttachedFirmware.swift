/// Where a command line attaches firmware today.
package struct AttachedFirmware: Equatable, Sendable {
    package let machine: MachineOptions
    /// Every `-bios`, in order.
    package let bios: [ArgumentVector.Option]
    package let drives: [FlashDrive]
    /// What `-machine pflash0=` and `pflash1=` name: a block node or the id of a drive.
    package let codeNode: MachineOptions.Setting?
    package let variableNode: MachineOptions.Setting?

    package init(_ commandLine: QEMUCommandLine, machine: MachineOptions) throws(AttachmentError) {
        self.machine = machine
        bios = commandLine.vector.all("bios")
        drives = try FlashDrive.all(in: commandLine)
        codeNode = machine.last("pflash0")
        variableNode = machine.last("pflash1")
        try refuseNodesOfFiles()
        try refuseSecondCodeImage(commandLine.vector)
    }

    package var codeDrive: FlashDrive? { drives.first { $0.unit == 0 } }
    package var variableDrive: FlashDrive? { drives.first { $0.unit == 1 } }
    package var hasFlashCode: Bool { codeDrive != nil || codeNode != nil }

    /// The first argument that attaches a variable store.
    package var variableStore: ArgumentVector.Option? {
        variableDrive?.option ?? variableNode?.stated.option
    }

    /// Flash is put in place in the command line, and nowhere else.
    private func refuseNodesOfFiles() throws(AttachmentError) {
        for setting in machine.settings
        where ["pflash0", "pflash1"].contains(setting.key) && setting.stated.option == nil {
            throw .refused(.firmwareInFile(place: setting.quote))
        }
    }

    /// QEMU would refuse most of these itself; two different nodes it would not.
    private func refuseSecondCodeImage(_ vector: ArgumentVector) throws(AttachmentError) {
        let codes = drives.filter { $0.unit == 0 }.map(\.option)
        if codes.count > 1 {
            throw .secondCodeImage(option: vector.quote(codes[1]), first: vector.quote(codes[0]))
        }
        let nodes = machine.settings.filter { $0.key == "pflash0" }
        if let first = nodes.first, let other = nodes.first(where: { $0.value != first.value }) {
            throw .secondCodeImage(
                option: other.quote,
                first: first.quote
            )
        }
        if let drive = codes.first, let node = nodes.first {
            throw .secondCodeImage(option: node.quote, first: vector.quote(drive))
        }
    }
}
