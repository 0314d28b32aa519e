import ArgumentParser
import Host
import Planning
import SystemPackage

/// `launcherctl firmware update`: a new image for all VMs that have an old one.
struct FirmwareUpdateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Gives all VMs of an image a new one, in one step that can be taken back.",
        discussion: """
            The new image is judged, added under a name of its own and pinned. Then the vm: \
            sections of launcher.conf that name the old image name the new one, and the tag of the \
            old one is the new one's. With --args, so do the VMs of this node that ask by their \
            args, by 'qm set'. Running VMs have the old image until they are restarted; it stays \
            where it is. 'launcherctl firmware rollback' takes the last update back.

            Packed files and signatures are taken as by 'launcherctl firmware add'.

            EXAMPLES
              launcherctl firmware update local:efi-firmware/nsv-7.1.fd nsv-7.2.fd
              launcherctl firmware update --args --sha256 6f0c… local:efi-firmware/nsv-7.1.fd nsv-7.2.fd
            """,
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var expected: DigestOptions
    @OptionGroup var signature: SignatureOptions

    @Flag(help: "Also change the args of this node's VMs, by 'qm set'.")
    var args = false

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "The volume that the new image becomes. Without it: the file's name, beside the old one.",
            valueName: "volume",
        ),
        completion: .newVolume,
    )
    var name: VolumeArgument?

    @Argument(help: "The image that VMs have now.", completion: .volume)
    var old: VolumeArgument

    @Argument(help: "The file of the new image.", completion: .file())
    var file: String

    func run() throws {
        try reporting { () throws(LaunchFailure) in
            let inventory = try options.inventory()
            let update = try prepared(inventory)
            let added = try NewImage(
                file,
                expecting: expected.digests(),
                signed: signature,
                in: inventory,
            ).add(as: update.replacement.new, isForced: false)
            try showDifferences(update.replacement, in: inventory)
            let changed = try update.carryOut(added)
            try FirmwareUpdate.show(changed, from: update.replacement.old)
            Output.show("'launcherctl firmware rollback' takes it back")
        }
    }

    private func prepared(_ inventory: Inventory) throws(LaunchFailure) -> FirmwareUpdate {
        let old = try old.volume()
        let new = try newVolume(besides: old)
        guard new != old else { throw LaunchFailure(UpdateError.sameName(old)) }
        guard inventory.configuration.firmware(for: old) != nil else {
            throw LaunchFailure(UpdateError.notPinned(old))
        }
        return try FirmwareUpdate(
            FirmwareReplacement(old, by: new),
            changingArgs: args,
            in: inventory,
        )
    }

    /// Without a name: the file's own, in the old image's place.
    private func newVolume(
        besides old: FirmwareVolumeID
    ) throws(LaunchFailure) -> FirmwareVolumeID {
        if let name { return try name.volume() }
        let name = NewImage.name(of: file)
        let place = "\(old.id.storage):\(old.content.rawValue)/\(name)"
        return try VolumeArgument(argument: place).volume()
    }

    /// What `inspect` says otherwise of the new image.
    private func showDifferences(
        _ replacement: FirmwareReplacement,
        in inventory: Inventory,
    ) throws(LaunchFailure) {
        let old: InspectReport
        do throws(LaunchFailure) {
            old = try report(replacement.old, inventory)
        } catch {
            Console(program: "launcherctl").warn("the old image cannot be read", about: nil)
            return
        }
        let lines = try report(replacement.new, inventory).differences(from: old)
        Output.show("what is different:")
        for line in lines { Output.show("  " + line) }
    }

    private func report(
        _ volume: FirmwareVolumeID,
        _ inventory: Inventory,
    ) throws(LaunchFailure) -> InspectReport {
        let image = try ImageArgument(volume, at: inventory.location(of: volume))
        return InspectReport(try image.read(), path: volume.description)
    }
}

/// `launcherctl firmware rollback`
struct FirmwareRollbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Takes the last 'firmware update' back.",
        discussion: """
            Everything that the update pointed at the new image, and that still does, names the \
            old one again. The new image and its pin stay.

            EXAMPLES
              launcherctl firmware rollback
            """,
    )

    @OptionGroup var options: StoreOptions

    func run() throws {
        try reporting { () throws(LaunchFailure) in
            let inventory = try options.inventory()
            guard let record = try UpdateRecord(beside: inventory.configurationPath) else {
                throw LaunchFailure(UpdateError.nothingToTakeBack)
            }
            let changed = try record.takeBack(in: inventory)
            Output.show("VMs have \(record.old) again, and not \(record.new)")
            try FirmwareUpdate.show(changed, from: try record.replacement().new)
        }
    }
}

/// One update: what is changed, in which order, and how a failure leaves no half of it.
struct FirmwareUpdate {
    let replacement: FirmwareReplacement
    private let inventory: Inventory
    /// VMs of this node whose `args` ask for the old image.
    private let guests: [VirtualMachineID]

    init(
        _ replacement: FirmwareReplacement,
        changingArgs: Bool,
        in inventory: Inventory,
    ) throws(LaunchFailure) {
        self.replacement = replacement
        self.inventory = inventory
        var asking: [VirtualMachineID] = []
        for located in inventory.cluster.guests where located.node == inventory.node {
            let guest = located.guest
            let settings = [guest.current, guest.pending].compactMap(\.self)
            let volumes = try failing { () throws(GuestConfigurationError) in
                try settings.map { settings throws(GuestConfigurationError) in
                    try settings.firmware()?.volume
                }
            }
            if volumes.contains(replacement.old) { asking.append(guest.vmid) }
        }
        guests = changingArgs ? asking : []
        for vmid in asking where !changingArgs {
            Console(program: "launcherctl").warn(
                "asks by its args and keeps \(replacement.old); --args changes that",
                about: "vm \(vmid)"
            )
        }
    }

    /// The VMs whose next start has the other image.
    typealias Changed = [String]

    func carryOut(_ added: NewImage.Added) throws(LaunchFailure) -> Changed {
        let args = try newArgs(digest: added.digests[0])
        var record = UpdateRecord(replacement, args: args)
        if let earlier = try UpdateRecord(beside: inventory.configurationPath) {
            record.merge(earlier)
        }
        let sections = try changeConfiguration(added, &record)
        do throws(LaunchFailure) {
            for change in args { try change.apply(on: inventory) }
        } catch {
            _ = try record.takeBack(in: try Inventory(inventory.configurationPath))
            throw error
        }
        return sections.map { "vm \($0)" } + args.map { "vm \($0.vmid)" }
    }

    /// The record is written before launcher.conf, while nobody else can change it: whatever happens
    /// then can be taken back, and nothing else is.
    private func changeConfiguration(
        _ added: NewImage.Added,
        _ record: inout UpdateRecord,
    ) throws(LaunchFailure) -> [String] {
        var changed: [String] = []
        var written = record
        try inventory.edit { (edit: inout SectionEdit) throws(LaunchFailure) in
            let changes = try failing { () throws(ConfigurationError) in
                try replacement.changes(in: edit)
            }
            guard let changes else {
                throw LaunchFailure(UpdateError.otherTag(replacement.new))
            }
            changed = changes.sections
            written.add(changes)
            try written.write(beside: inventory.configurationPath)
            edit = try failing { () throws(ConfigurationError) in
                try pinned(added, in: edit, changes)
            }
        }
        record = written
        return changed
    }

    private func pinned(
        _ added: NewImage.Added,
        in edit: SectionEdit,
        _ changes: FirmwareReplacement.Changes,
    ) throws(ConfigurationError) -> SectionEdit {
        let file = inventory.configurationPath.string
        let bytes = try PinEdit(edit.bytes, file: file).pinning(
            .volume(replacement.new),
            to: added.digests,
            build: added.build,
            signer: added.signer,
        )
        var pinned = try SectionEdit(bytes, file: file)
        try replacement.apply(changes, to: &pinned)
        return pinned
    }

    private func newArgs(digest: Digest) throws(LaunchFailure) -> [UpdateRecord.Args] {
        var changes: [UpdateRecord.Args] = []
        for vmid in guests {
            let (before, _) = try QemuServer.args(of: vmid, inventory)
            guard let before,
                let new = ArgsReplacement.text(before, replacement, digest: digest, of: vmid),
                let old = before.text
            else { throw LaunchFailure(UpdateError.argsNotUnderstood(vmid)) }
            changes.append(.init(vmid: "\(vmid)", before: old, after: new))
        }
        return changes
    }

    /// Who has the other image from now on, and who has to be restarted for it.
    static func show(_ changed: Changed, from old: FirmwareVolumeID) throws(LaunchFailure) {
        for name in changed { Output.show("changed \(name)") }
        let running = try failing { () throws(HostError) in try RunningGuests() }
        for guest in running.guests where guest.image?.name == old.description {
            let identity = MachineIdentity(QEMUCommandLine(guest.arguments))
            let name = identity.label ?? "process \(guest.process)"
            Output.show("\(name) runs with \(old) until it is restarted")
        }
    }
}

/// Why an update, or its taking back, does not happen.
enum UpdateError: Failure {
    case sameName(FirmwareVolumeID)
    case notPinned(FirmwareVolumeID)
    case argsNotUnderstood(VirtualMachineID)
    case argsChanged(VirtualMachineID)
    case otherTag(FirmwareVolumeID)
    case notTakenBack([String])
    case nothingToTakeBack
    case recordBroken(FilePath)

    var message: String {
        switch self {
        case .sameName(let volume):
            "the new image has the name of the old one (\(quoted(volume.description)))"
        case .notPinned(let volume):
            "firmware image \(quoted(volume.description)): launcher.conf has no section for it"
        case .argsNotUnderstood(let vmid):
            "vm \(vmid): its args ask for the image in a way that cannot be changed word for word"
        case .argsChanged(let vmid): "vm \(vmid): its args were changed meanwhile"
        case .otherTag(let volume):
            "firmware image \(quoted(volume.description)): it is offered by a tag of its own"
        case .notTakenBack(let vmids):
            "args are not as the update left them, or the VM is on another node: vm "
                + vmids.joined(separator: ", vm ")
        case .nothingToTakeBack: "there is no update that could be taken back"
        case .recordBroken(let file):
            "\(quoted(file.string)): not a record of an update"
        }
    }

    var hint: String? {
        switch self {
        case .sameName: "give it another one: --as STORAGE:efi-firmware/FILE"
        case .notPinned(let volume): "launcherctl firmware pin \(volume)"
        case .argsNotUnderstood(let vmid): "change them by hand first: qm set \(vmid) --args …"
        case .argsChanged: "run it again; what was changed before is changed back"
        case .otherTag: "VMs choose it by that tag: give the new version another name (--as)"
        case .notTakenBack: "everything else is as before; look at them: qm config VMID"
        case .nothingToTakeBack: "only the last 'launcherctl firmware update' can be"
        case .recordBroken: "remove the file; 'launcherctl vm set' points VMs at another image"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .sameName: .usage
        case .notPinned, .argsNotUnderstood, .argsChanged, .otherTag, .notTakenBack,
            .nothingToTakeBack, .recordBroken:
            .configuration
        }
    }
}
