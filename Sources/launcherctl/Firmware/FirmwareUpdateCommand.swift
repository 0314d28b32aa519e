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
            showSigners(update.replacement.old, added.signer, in: inventory)
            try update.requireStartable(added)
            let changed = try update.carryOut(added)
            try FirmwareUpdate.show(changed, from: update.replacement.old, besides: update.keeping)
            let nothing = update.keeping.isEmpty ? "nothing names" : "nothing but args names"
            Output.show(
                changed.isEmpty
                    ? "\(nothing) \(update.replacement.old), so nothing else is changed"
                    : "'launcherctl firmware rollback' takes it back"
            )
        }
    }

    private func prepared(_ inventory: Inventory) throws(LaunchFailure) -> FirmwareUpdate {
        let old = try old.volume()
        let new = try newVolume(besides: old)
        guard new != old else { throw LaunchFailure(UpdateError.sameName(old)) }
        guard inventory.configuration.firmware(for: old) != nil else {
            throw LaunchFailure(UpdateError.notPinned(old))
        }
        // One that cannot be read could not be kept.
        _ = try UpdateRecord(beside: inventory.configurationPath)
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

    /// An image that a vendor signed should not be followed unseen by one that it did not.
    private func showSigners(
        _ old: FirmwareVolumeID,
        _ new: Signer?,
        in inventory: Inventory,
    ) {
        let before = inventory.configuration.firmware(for: old)?.signer?.value
        guard let before, before != new else { return }
        let now = new.map { "this one by \($0)" } ?? "of this one no signature was verified"
        Console(program: "launcherctl").warn(
            "the old image was signed by \(before), \(now)",
            about: nil
        )
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
            let replacement = try record.replacement()
            // VMs must not be pointed at what they would not start from.
            _ = try requireVerified(inventory.request(for: replacement.old))
            let changed = try record.takeBack(in: inventory, noted: record, leaving: nil)
            Output.show(
                changed.isEmpty
                    ? "nothing is as the update to \(record.new) left it, so nothing is changed"
                    : "VMs have \(record.old) again, and not \(record.new)"
            )
            try FirmwareUpdate.show(changed, from: replacement.new)
        }
    }
}
