import ArgumentParser
import Host
import Planning

/// `launcherctl firmware pin`: records the checksum of an existing image.
struct FirmwarePinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin",
        abstract: "Writes an image's checksum into launcher.conf.",
        discussion: """
            Everything else in the file stays the same, comments too. What the image tells of its \
            build is written beside the checksum, or renewed there: a start does not look for it \
            then. A pin of another checksum is replaced only with --replace: it may be the image \
            that is wrong.

            With a path, it pins stock firmware, which counts with 'stock-firmware verify'. After an \
            upgrade of its package, --stock renews all pins of stock firmware whose files have \
            changed. Look first whether the new files are the package's own: dpkg --verify.

            EXAMPLES
              launcherctl firmware pin local:efi-firmware/ovmf-2025.05.fd
              launcherctl firmware pin --sha384 38b0… nfs1:efi-firmware/nsv-7.1.fd
              launcherctl firmware pin /usr/share/pve-edk2-firmware/OVMF_CODE_4M.fd
              launcherctl firmware pin --stock
            """,
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var expected: DigestOptions

    @Flag(help: "Replace a pin of another checksum.")
    var replace = false

    @Flag(help: "Renew the pins of stock firmware.")
    var stock = false

    @OptionGroup var remark: RemarkOption

    @Argument(
        help: "STORAGE:efi-firmware/FILE, or the path of stock firmware.",
        completion: .image,
    )
    var image: String?

    func validate() throws {
        guard (image == nil) == stock else {
            throw ValidationError("name an image, or give --stock")
        }
        guard !stock || !(replace || remark.comment != nil || expected.isGiven) else {
            throw ValidationError("--stock takes no other option: launcher.conf says the rest")
        }
    }

    func run() throws {
        try reporting { () throws(LaunchFailure) in
            let inventory = try options.inventory()
            guard let image else { return try renewStock(inventory) }
            let subject = try FirmwareSection.Subject(argument: image)
            let earlier = inventory.pins(of: subject).map(\.digest)
            let digests = try digests(of: subject, in: inventory, earlier)
            let changed = try pin(subject, to: digests, in: inventory)
            for digest in digests { Output.show("\(subject)  \(digest)") }
            Output.show(
                (changed ? "pinned in " : "was pinned already in ")
                    + "\(inventory.configurationPath)"
            )
            if case .path = subject, inventory.configuration.stockFirmware.value == .allow {
                Output.show("it does not count before launcher.conf says 'stock-firmware verify'")
            }
        }
    }

    private func pin(
        _ subject: FirmwareSection.Subject,
        to digests: [Digest],
        in inventory: Inventory,
    ) throws(LaunchFailure) -> Bool {
        let comment = remark.comment
        let build = try ImageArgument(subject, in: inventory).judged(subject, having: digests)
        return try inventory.edit(pinsOf: subject) { (edit) throws(ConfigurationError) in
            try edit.pinning(subject, to: digests, build: build, comment: comment)
        }
    }

    /// The image's own, in every algorithm that is requested or was pinned before; each of them
    /// found by a pass that requires of the image what a start requires.
    private func digests(
        of subject: FirmwareSection.Subject,
        in inventory: Inventory,
        _ earlier: [Digest],
    ) throws(LaunchFailure) -> [Digest] {
        let asked = try expected.digests()
        let given = asked.map { ImageRequest.Pin(digest: $0, origin: "command line") }
        let kept = replace ? [] : inventory.pins(of: subject)
        if !given.isEmpty || !kept.isEmpty {
            _ = try requireVerified(inventory.request(for: subject, pins: given + kept))
        }
        return try found(subject, inventory, (asked + earlier).map(\.algorithm))
    }

    private func found(
        _ subject: FirmwareSection.Subject,
        _ inventory: Inventory,
        _ algorithms: [Digest.Algorithm],
    ) throws(LaunchFailure) -> [Digest] {
        let request = try inventory.request(for: subject, pins: [])
        return try failing { () throws(VerificationError) in
            try Host.digests(of: request, algorithms.isEmpty ? [.sha256] : Set(algorithms))
        }
    }

    /// One that fails does not keep the others from being renewed.
    private func renewStock(_ inventory: Inventory) throws(LaunchFailure) {
        let console = Console(program: "launcherctl")
        var first: LaunchFailure?
        var count = 0
        for section in inventory.configuration.firmware {
            guard case .path = section.subject else { continue }
            count += 1
            do throws(LaunchFailure) {
                try renew(section, inventory)
            } catch {
                if first != nil { console.report(error) }
                first = first ?? error
            }
        }
        if count == 0 { Output.show("no stock firmware is pinned") }
        if let first { throw first }
    }

    private func renew(
        _ section: FirmwareSection,
        _ inventory: Inventory,
    ) throws(LaunchFailure) {
        let earlier = section.digests.map(\.value)
        let digests = try found(section.subject, inventory, earlier.map(\.algorithm))
        guard Set(digests) != Set(earlier) else {
            return Output.show("\(section.subject): its pin is right")
        }
        // The configuration is read again: what was renewed before is in it now.
        _ = try pin(section.subject, to: digests, in: try Inventory(inventory.configurationPath))
        Output.show("\(section.subject): renewed")
        for digest in earlier { Output.show("  before  \(digest)") }
        for digest in digests { Output.show("  now     \(digest)") }
    }
}
