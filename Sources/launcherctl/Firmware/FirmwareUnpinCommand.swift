import ArgumentParser
import Host
import Planning
import SystemPackage

/// `launcherctl firmware unpin`: takes the section of an image out of launcher.conf.
struct FirmwareUnpinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpin",
        abstract: "Takes an image's section out of launcher.conf.",
        discussion: """
            A VM that asks for the image does not start any more, so this is refused while one \
            does. The image itself may be gone already.

            EXAMPLES
              launcherctl firmware unpin local:efi-firmware/ovmf-2024.11.fd
              launcherctl firmware unpin /usr/share/pve-edk2-firmware/OVMF_CODE_4M.fd
            """,
    )

    @OptionGroup var options: StoreOptions

    @Flag(help: "Take it out although VMs need it: they will not start.")
    var force = false

    @Argument(
        help: "STORAGE:efi-firmware/FILE, or the path of stock firmware.",
        completion: .image,
    )
    var image: String

    func run() throws {
        try reporting { () throws(LaunchFailure) in
            let inventory = try options.inventory()
            let subject = try FirmwareSection.Subject(argument: image)
            if case .volume(let volume) = subject, !force {
                try inventory.requireUnused(volume)
            }
            let changed = try inventory.edit(pinsOf: subject) {
                (edit) throws(ConfigurationError) in
                try edit.unpinning(subject)
            }
            Output.show(
                changed ? "unpinned in \(inventory.configurationPath)" : "\(subject) is not pinned"
            )
        }
    }
}

extension FirmwareSection.Subject {
    /// As somebody names it on a command line.
    init(argument: String) throws(LaunchFailure) {
        guard argument.hasPrefix("/") else {
            self = .volume(try VolumeArgument(argument: argument).volume())
            return
        }
        // As the launcher compares it: Proxmox's command lines double a slash.
        self = .path(FilePath(argument).lexicallyNormalized())
    }
}

extension Inventory {
    /// - Throws: if a VM needs the image, or if it is not known whether one does.
    func requireUnused(_ volume: FirmwareVolumeID) throws(LaunchFailure) {
        let uses = try uses()
        let users = uses.users(of: volume)
        guard users.isEmpty else { throw LaunchFailure(RemovalError.inUse(volume, users)) }
        let unknown = uses.problems.map { "\($0.user): \($0.error.message)" }
        let failures = unknown + cluster.failures.map(\.message)
        guard failures.isEmpty else {
            throw LaunchFailure(RemovalError.usersUnknown(volume, failures))
        }
    }
}
