import ArgumentParser
import Host
import Planning
import SystemPackage

/// `launcherctl firmware add`: puts a file into a storage as a firmware image.
struct FirmwareAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Copies an image into a storage, read-only.",
        discussion: """
            Whatever happens meanwhile, the image is there completely or not at all. Another \
            image of the same name is never replaced: give each version its own name. Adding the \
            same image again succeeds, and makes it read-only if it was not. What no guest would \
            start from is not added, unless --force says so.

            EXAMPLES
              launcherctl firmware add ovmf.fd local:efi-firmware/ovmf-2025.05.fd
              launcherctl firmware add --sha256 6f0c… --pin nsv.fd nfs1:efi-firmware/nsv-7.1.fd
              curl -fsS https://example.com/a.fd | launcherctl firmware add - local:efi-firmware/a.fd
            """,
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var expected: DigestOptions

    @Flag(help: "Pin the image in launcher.conf, unless it is pinned already.")
    var pin = false

    @Flag(help: "Add it although no guest would start from it.")
    var force = false

    @Option(help: "A remark for the new section of launcher.conf.")
    var comment: String?

    @Argument(help: "The image, or '-' for standard input.", completion: .file())
    var file: String

    @Argument(
        help: "STORAGE:efi-firmware/FILE. Without it 'local' and the image's own name.",
        completion: .newVolume,
    )
    var volume: VolumeArgument?

    func validate() throws {
        guard volume != nil || file != "-" else {
            throw ValidationError("standard input has no name; name the volume that it becomes")
        }
    }

    func run() throws {
        try reporting { () throws(LaunchFailure) in
            let inventory = try options.inventory()
            let volume = try target()
            let added = try NewImage(file, expecting: expected.digests(), in: inventory)
                .add(as: volume, isForced: force)
            guard added.pins.isEmpty else {
                return Output.show(
                    "pinned by \(added.pins.map(\.origin).joined(separator: ", "))"
                )
            }
            try PinOutput(comment: comment, isWritten: pin)
                .pinNew(volume, added.digests, added.build, in: inventory)
        }
    }

    private func target() throws(LaunchFailure) -> FirmwareVolumeID {
        if let volume { return try volume.volume() }
        let name = FilePath(file).lastComponent?.string ?? ""
        return try VolumeArgument(argument: "local:efi-firmware/\(name)").volume()
    }
}
