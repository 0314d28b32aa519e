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

            A file in .xz, .gz, .zst or qcow2 is unpacked first, by the programs of this host, and \
            what was unpacked is the image. With --signature, only what the vendor signed is added: \
            the file as it was downloaded, or else what is in it.

            EXAMPLES
              launcherctl firmware add ovmf.fd local:efi-firmware/ovmf-2025.05.fd
              launcherctl firmware add --sha256 6f0c… --pin nsv.fd nfs1:efi-firmware/nsv-7.1.fd
              launcherctl firmware add --pin --signature nsv.fd.minisig --key vendor.pub nsv.fd
              launcherctl firmware add --pin --signature ovmf.fd.xz.sig --vendor acme ovmf.fd.xz
              curl -fsS https://example.com/a.fd | launcherctl firmware add - local:efi-firmware/a.fd
            """,
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var expected: DigestOptions
    @OptionGroup var signature: SignatureOptions

    @Flag(help: "Pin the image in launcher.conf, unless it is pinned already.")
    var pin = false

    @Flag(help: "Add it although no guest would start from it.")
    var force = false

    @OptionGroup var remark: RemarkOption

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
            let added = try NewImage(
                file,
                expecting: expected.digests(),
                signed: signature,
                in: inventory,
            ).add(as: volume, isForced: force)
            if !added.pins.isEmpty {
                Output.show("pinned by \(added.pins.map(\.origin).joined(separator: ", "))")
                // The pin is right, and who signed its image can be written beside it.
                guard pin, added.signer != nil else { return }
            }
            try PinOutput(comment: remark.comment, isWritten: pin).pinNew(
                volume,
                added,
                in: inventory
            )
        }
    }

    private func target() throws(LaunchFailure) -> FirmwareVolumeID {
        if let volume { return try volume.volume() }
        let name = NewImage.name(of: file)
        return try VolumeArgument(argument: "local:efi-firmware/\(name)").volume()
    }
}
