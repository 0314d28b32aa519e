import ArgumentParser
import Host
import Planning

/// `launcherctl firmware remove`
struct FirmwareRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes an image that no VM needs.",
        discussion: """
            A VM needs an image if its configuration asks for it, on any node, now, after \
            its next start, or in a snapshot. A running VM does not need the file any \
            more, but could not be started again. The pin stays, unless --unpin takes it as well.

            EXAMPLES
              launcherctl firmware remove local:efi-firmware/ovmf-2024.11.fd
              launcherctl firmware remove --unpin nfs1:efi-firmware/nsv-7.0.fd
            """,
    )

    @OptionGroup var options: StoreOptions

    @Flag(help: "Take the pin out of launcher.conf as well.")
    var unpin = false

    @Flag(help: "Remove it although VMs need it: they will not start.")
    var force = false

    @Argument(help: "STORAGE:efi-firmware/FILE")
    var volume: VolumeArgument

    func run() throws {
        let console = Console(program: "launcherctl")
        try reporting { () throws(LaunchFailure) in
            let inventory = try options.inventory()
            let volume = try volume.volume()
            let uses = try inventory.uses()
            let users = uses.users(of: volume)
            guard users.isEmpty || force else {
                throw LaunchFailure(RemovalError.inUse(volume, users))
            }
            let unknown = uses.problems.map { "\($0.user): \($0.error.message)" }
            let failures = unknown + inventory.cluster.failures.map(\.message)
            guard failures.isEmpty || force else {
                throw LaunchFailure(RemovalError.usersUnknown(volume, failures))
            }
            let place = FirmwareStore(
                volume,
                at: try inventory.location(of: volume),
                accepting: inventory.configuration.readOnly.value,
            )
            try place.remove()
            Output.show("removed \(volume)")
            for user in users { console.warn("does not start any more", about: "\(user)") }
            let pins = inventory.pins(of: volume)
            if unpin {
                let changed = try inventory.edit(pinsOf: .volume(volume)) {
                    (edit) throws(ConfigurationError) in
                    try edit.unpinning(.volume(volume))
                }
                if changed { Output.show("unpinned in \(inventory.configurationPath)") }
            } else if let pin = pins.first {
                Output.show("its pin is still in \(pin.origin)")
            }
        }
    }
}

/// Why an image stays where it is.
enum RemovalError: Failure {
    case inUse(FirmwareVolumeID, [FirmwareUses.User])
    case usersUnknown(FirmwareVolumeID, [String])

    var message: String {
        switch self {
        case .inUse(let volume, let users):
            "firmware image \(quoted(volume.description)): needed by "
                + users.map(\.description).joined(separator: ", ")
        case .usersUnknown(let volume, let reasons):
            "firmware image \(quoted(volume.description)): it is not known who needs it ("
                + reasons.joined(separator: "; ") + ")"
        }
    }

    var hint: String? {
        switch self {
        case .inUse: "give these VMs other firmware first; --force removes it anyway"
        case .usersUnknown: "correct that first; --force removes the image anyway"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .inUse: .notPermitted
        case .usersUnknown: .configuration
        }
    }
}
