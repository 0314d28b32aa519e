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
            same image again succeeds, and makes it read-only if it was not.

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

    @Option(help: "A remark for the new section of launcher.conf.")
    var comment: String?

    @Argument(help: "The image, or '-' for standard input.")
    var file: String

    @Argument(help: "STORAGE:efi-firmware/FILE. Without it 'local' and the image's own name.")
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
            let pins = inventory.pins(of: volume)
            let added = try add(volume, to: inventory, expecting: expected.digests(), pins)
            say(added, volume)
            let build = try ImageArgument(file: FilePath(added.path))
                .judged(.volume(volume), having: added.digests)
            if pins.isEmpty {
                try PinOutput(comment: comment, isWritten: pin)
                    .pinNew(volume, Self.pinned(added, expected.digests()), build, in: inventory)
            } else {
                Output.show("pinned by \(pins.map(\.origin).joined(separator: ", "))")
            }
        }
    }

    private func target() throws(LaunchFailure) -> FirmwareVolumeID {
        if let volume { return try volume.volume() }
        let name = FilePath(file).lastComponent?.string ?? ""
        return try VolumeArgument(argument: "local:efi-firmware/\(name)").volume()
    }

    private func add(
        _ volume: FirmwareVolumeID,
        to inventory: Inventory,
        expecting expected: [Digest],
        _ pins: [ImageRequest.Pin],
    ) throws(LaunchFailure) -> AddedImage {
        let place = FirmwareStore(
            volume,
            at: try inventory.location(of: volume),
            accepting: inventory.configuration.readOnly.value,
        )
        let path = file == "-" ? FilePath("/dev/stdin") : FilePath(file)
        let source = try failing { () throws(StoreError) in try ImageSource(path) }
        var progress = ProgressLine(volume.description, total: source.byteCount)
        return try place.add(
            source,
            expecting: expected + pins.map(\.digest),
            progress: { progress.update($0) },
        )
    }

    private func say(_ added: AddedImage, _ volume: FirmwareVolumeID) {
        switch added.outcome {
        case .added: Output.show("added \(volume)")
        case .alreadyThere: Output.show("\(volume) is there already, with the same content")
        case .madeReadOnly:
            Output.show("\(volume) was there already, with the same content; now it is read-only")
        }
        Output.show("  path    \(ByteString(added.path).escaped)")
        Output.show("  size    \(added.byteCount) bytes")
        for digest in added.digests { Output.show("  \(digest.algorithm)  \(digest.hex)") }
    }

    /// What the operator checked the download with, or else SHA-256.
    private static func pinned(_ added: AddedImage, _ expected: [Digest]) -> [Digest] {
        expected.isEmpty ? added.digests.filter { $0.algorithm == .sha256 } : expected
    }
}
