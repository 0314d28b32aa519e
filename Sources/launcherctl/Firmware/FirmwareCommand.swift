import ArgumentParser

/// `launcherctl firmware`: the firmware volumes of this host's storages.
struct FirmwareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "firmware",
        abstract: "Keeps firmware images in the storages of this host.",
        discussion: """
            A firmware volume is one file in a storage's directory for firmware, named \
            STORAGE:efi-firmware/FILE. It has to be read-only and pinned: its checksum stands in \
            launcher.conf, and an image with another one is not started.

            EXAMPLES
              launcherctl firmware add --pin ovmf.fd local:efi-firmware/ovmf-2025.05.fd
              launcherctl firmware list
              launcherctl firmware verify
            """,
        subcommands: [
            FirmwareAddCommand.self, FirmwareListCommand.self, FirmwareVerifyCommand.self,
            FirmwarePinCommand.self, FirmwareRemoveCommand.self,
        ],
    )
}
