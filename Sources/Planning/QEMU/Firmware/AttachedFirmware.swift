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

    /// Whether the VM is in UEFI mode, as far as its command line tells: a PC BIOS is never in flash,
    /// and any file of `-bios` that is not known to be one counts as UEFI. `-machine firmware=` is
    /// what QEMU makes of `-bios`; an IGVM file brings firmware of its own.
    package var isUEFI: Bool {
        let files = [bios.last?.value, machine["firmware"]].compactMap(\.self)
        return hasFlashCode || machine["igvm-cfg"] != nil
            || files.contains { !MachineType.isLegacyBIOS($0) }
    }

    /// The first argument that attaches a variable store.
    package var variableStore: ArgumentVector.Option? {
        variableDrive?.option ?? variableNode?.stated.option
    }

    /// Flash is attached in the command line, and nowhere else.
    private func refuseNodesOfFiles() throws(AttachmentError) {
        for setting in machine.settings
        where ["pflash0", "pflash1"].contains(setting.key) && setting.stated.option == nil {
            throw .firmwareInFile(place: setting.quote)
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

/// How the guest gets the image.
package enum FirmwareAttachment: String, Hashable, Sendable {
    /// `-bios`: read into guest memory, no variable store. Confidential guests.
    case bios
    /// `-drive if=pflash,unit=0`: read-only flash, with the variable store next to it.
    case pflashDrive = "pflash-drive"
    /// `-blockdev` nodes that `-machine pflash0=` names.
    case pflashBlockdev = "pflash-blockdev"
}

/// A `-drive if=pflash` or `-pflash FILE`: a flash bank of the machine.
package struct FlashDrive: Equatable, Sendable {
    package let option: ArgumentVector.Option
    /// 0 for the code image, 1 for the variable store.
    package let unit: UInt64
    package let properties: KeyValueList
    package let identifier: ByteString?

    /// Every flash drive with the unit that QEMU gives it, in order. A drive without unit takes the
    /// lowest that is free at its place; `index` is another word for it (`drive_new` in blockdev.c).
    package static func all(
        in commandLine: QEMUCommandLine
    ) throws(AttachmentError) -> [FlashDrive] {
        var drives: [FlashDrive] = []
        for stated in commandLine.options where isFlash(stated) {
            let option = try ownOption(of: stated, commandLine)
            let properties = properties(of: option)
            let quote = commandLine.quote(stated)
            let unit = try number("unit", of: properties, quote)
            let index = try number("index", of: properties, quote)
            // QEMU keeps 32 bits of each, so that a large number could mean unit 0 as well.
            guard try number("bus", of: properties, quote) ?? 0 == 0 else {
                throw .unusableFlash(option: quote, why: "pflash has only bus 0")
            }
            guard unit ?? index ?? 0 <= 1 else {
                throw .unusableFlash(option: quote, why: "pflash has only units 0 and 1")
            }
            guard unit == nil || index == nil else {
                throw .unusableFlash(option: quote, why: "both unit and index are given")
            }
            // There is no place for a third one, and QEMU says so.
            let free: UInt64 = drives.contains { $0.unit == 0 } ? 1 : 0
            drives.append(
                FlashDrive(
                    option: option,
                    unit: unit ?? index ?? free,
                    properties: properties,
                    identifier: properties.identifier,
                )
            )
        }
        return drives
    }

    private static func isFlash(_ option: StatedOption) -> Bool {
        option.name == "pflash" && option["file"] != nil
            || option.name == "drive" && option["if"] == "pflash"
    }

    /// Flash is attached in the command line, and nowhere else.
    private static func ownOption(
        of stated: StatedOption,
        _ commandLine: QEMUCommandLine,
    ) throws(AttachmentError) -> ArgumentVector.Option {
        guard let option = stated.option else {
            throw .firmwareInFile(place: commandLine.quote(stated, at: "if"))
        }
        if let change = stated.change {
            throw .flashChanged(option: commandLine.vector.quote(change))
        }
        return option
    }

    private static func properties(of option: ArgumentVector.Option) -> KeyValueList {
        let value = option.value ?? ""
        guard option.name == "pflash" else { return KeyValueList(value) }
        // The value is a bare file name here: its commas are not special.
        return KeyValueList(ByteString(Array("file=".utf8) + KeyValueList.escaped(value).bytes))
    }

    private static func number(
        _ key: ByteString,
        of properties: KeyValueList,
        _ quote: String,
    ) throws(AttachmentError) -> UInt64? {
        guard let text = properties[key] else { return nil }
        guard let number = QEMUValue.number(text) else {
            throw .unusableFlash(
                option: quote,
                why: "\(key.escaped) is not a number: \(quoted(text))",
            )
        }
        return number
    }
}
