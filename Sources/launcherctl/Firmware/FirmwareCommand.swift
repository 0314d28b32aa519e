import ArgumentParser
import Host
import Planning
import SystemPackage

/// `launcherctl firmware`: the firmware images of this host's storages.
struct FirmwareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "firmware",
        abstract: "Keeps firmware images in the storages of this host.",
        discussion: """
            A firmware image is one file in a storage's directory for firmware, named \
            STORAGE:efi-firmware/FILE. It has to be read-only and pinned: its checksum is in \
            launcher.conf, and an image with another one is not started.

            EXAMPLES
              launcherctl firmware add --pin ovmf.fd local:efi-firmware/ovmf-2025.05.fd
              launcherctl firmware list
              launcherctl firmware verify
            """,
        subcommands: [
            FirmwareAddCommand.self, FirmwareAdoptCommand.self, FirmwareListCommand.self,
            FirmwareVerifyCommand.self, FirmwarePinCommand.self, FirmwareUnpinCommand.self,
            FirmwareUpdateCommand.self, FirmwareRollbackCommand.self, FirmwareRemoveCommand.self,
        ],
    )
}

/// What every command takes.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Read this file instead of the default.", valueName: "file"),
        completion: .file(),
    )
    var config: String?

    /// From the root of the file system; `nil` for the default.
    var configurationPath: FilePath? { config.map { workingPath($0) } }

    func inventory() throws(LaunchFailure) -> Inventory { try Inventory(configurationPath) }
}

/// A firmware image on the command line.
struct VolumeArgument: ExpressibleByArgument {
    let text: String

    init(argument: String) {
        text = argument
    }

    func volume() throws(LaunchFailure) -> FirmwareVolumeID {
        try failing { () throws(VolumeIDError) in try FirmwareVolumeID(parsing: text) }
    }
}

/// Checksums that an image must have.
struct DigestOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The SHA-256 that the image must have.", valueName: "hex"))
    var sha256: String?

    @Option(help: ArgumentHelp("The SHA-384 that the image must have.", valueName: "hex"))
    var sha384: String?

    @Option(help: ArgumentHelp("The SHA-512 that the image must have.", valueName: "hex"))
    var sha512: String?

    var isGiven: Bool { sha256 != nil || sha384 != nil || sha512 != nil }

    func digests() throws(LaunchFailure) -> [Digest] {
        try failing { () throws(DigestError) in
            var digests: [Digest] = []
            if let sha256 { digests.append(try Digest(.sha256, hex: sha256)) }
            if let sha384 { digests.append(try Digest(.sha384, hex: sha384)) }
            if let sha512 { digests.append(try Digest(.sha512, hex: sha512)) }
            return digests
        }
    }
}
