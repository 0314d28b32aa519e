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
            its next start, or in a snapshot. An image that a VM of this node still runs with \
            stays as well. The pin stays, unless --unpin takes it as well.

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

    @Argument(help: "STORAGE:efi-firmware/FILE", completion: .volume)
    var volume: VolumeArgument

    func run() throws {
        let console = Console(program: "launcherctl")
        try reporting { () throws(LaunchFailure) in
            let inventory = try options.inventory()
            let volume = try volume.volume()
            if !force {
                try inventory.requireUnused(volume)
                try Self.requireNotRunning(volume)
            }
            let users = try inventory.uses().users(of: volume)
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

extension FirmwareRemoveCommand {
    private static func requireNotRunning(
        _ volume: FirmwareVolumeID
    ) throws(LaunchFailure) {
        let running = try failing { () throws(HostError) in try RunningGuests() }
        let names = running.guests.filter { $0.image?.name == volume.description }.map {
            MachineIdentity(QEMUCommandLine($0.arguments)).label ?? "process \($0.process)"
        }
        guard names.isEmpty else { throw LaunchFailure(RemovalError.running(volume, names)) }
    }
}

/// Why an image stays where it is.
enum RemovalError: Failure {
    /// VMs that were started with it, and would come back with it after a rollback.
    case running(FirmwareVolumeID, [String])
    case inUse(FirmwareVolumeID, [FirmwareUses.User])
    case usersUnknown(FirmwareVolumeID, [String])

    var message: String {
        switch self {
        case .running(let volume, let names):
            "firmware image \(quoted(volume.description)): still runs in "
                + names.joined(separator: ", ")
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
        case .running:
            "restart these VMs first ('launcherctl status'); --force removes it anyway"
        case .inUse: "give these VMs other firmware first; --force removes it anyway"
        case .usersUnknown: "correct that first; --force removes the image anyway"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .running, .inUse: .notPermitted
        case .usersUnknown: .configuration
        }
    }
}
