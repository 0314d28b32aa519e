import ArgumentParser
import Host
import Planning

/// `launcherctl firmware pin`: records the checksum of an existing image.
struct FirmwarePinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin",
        abstract: "Writes an image's checksum into launcher.conf.",
        discussion: """
            Everything else in the file stays the same, comments too. A pin of another checksum is \
            replaced only with --replace: it may be the image that is wrong.

            EXAMPLES
              launcherctl firmware pin local:efi-firmware/ovmf-2025.05.fd
              launcherctl firmware pin --sha384 38b0… nfs1:efi-firmware/nsv-7.1.fd
            """,
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var expected: DigestOptions

    @Flag(help: "Replace a pin of another checksum.")
    var replace = false

    @Option(help: "A remark for the new section of launcher.conf.")
    var comment: String?

    @Argument(help: "STORAGE:efi-firmware/FILE")
    var volume: VolumeArgument

    func run() throws {
        try reporting { () throws(LaunchFailure) in
            let inventory = try options.inventory()
            let volume = try volume.volume()
            let earlier = inventory.pins(of: volume).map(\.digest)
            let digests = try digests(of: volume, in: inventory, earlier)
            try ImageArgument(volume, at: inventory.location(of: volume)).warn(about: volume)
            let changed = try inventory.edit(pinsOf: volume) { (edit) throws(ConfigurationError) in
                try edit.pinning(volume, to: digests, comment: comment)
            }
            for digest in digests { Output.show("\(volume)  \(digest)") }
            Output.show(
                (changed ? "pinned in " : "was pinned already in ")
                    + "\(inventory.configurationPath)"
            )
        }
    }

    /// The image's own, in every algorithm that is requested or was pinned before; each of them
    /// found by a pass that requires of the image what a start requires.
    private func digests(
        of volume: FirmwareVolumeID,
        in inventory: Inventory,
        _ earlier: [Digest],
    ) throws(LaunchFailure) -> [Digest] {
        let asked = try expected.digests()
        let given = asked.map { ImageRequest.Pin(digest: $0, origin: "command line") }
        let kept = replace ? [] : inventory.pins(of: volume)
        if !given.isEmpty || !kept.isEmpty {
            let request = try inventory.request(for: volume, pins: given + kept)
            try failing { () throws(VerificationError) in _ = try seal(verify(request)) }
        }
        let wanted = Set((asked + earlier).map(\.algorithm))
        let request = try inventory.request(for: volume, pins: [])
        return try failing { () throws(VerificationError) in
            try Host.digests(of: request, wanted.isEmpty ? [.sha256] : wanted)
        }
    }
}
