import ArgumentParser
import Host
import Planning
import SystemPackage

/// `launcherctl firmware adopt`: makes what somebody uploaded an image that VMs may start from.
struct FirmwareAdoptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Makes an uploaded image read-only, if a VM could start from it.",
        discussion: """
            Proxmox leaves what it uploads writable for root, and a start refuses that. The image is \
            judged as a start would judge it, and then gets the owner root and the mode 0444. An \
            image that is refused stays as it is.

            With --pinned, this is done for every volume that launcher.conf pins and whose file is \
            there. Whoever uploads it decides nothing then: the checksum has to be the pinned one. \
            The systemd unit qemu-launcher-adopt.path, which is off by default, runs this after \
            every upload to the storage 'local'.

            EXAMPLES
              launcherctl firmware adopt --pin local:import/ovmf-2025.05.raw
              launcherctl firmware adopt --sha256 6f0c… local:iso/ovmf-2025.05.img
              launcherctl firmware adopt --pinned
            """,
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var expected: DigestOptions

    @Flag(help: "Pin the image in launcher.conf, unless it is pinned already.")
    var pin = false

    @Flag(help: "Adopt every image that is pinned already.")
    var pinned = false

    @OptionGroup var remark: RemarkOption

    @Argument(help: "STORAGE:import/FILE.raw, or another volume.", completion: .uploadedVolume)
    var volume: VolumeArgument?

    func validate() throws {
        guard (volume == nil) == pinned else {
            throw ValidationError("name a volume, or give --pinned")
        }
        let isForOne = pin || remark.comment != nil || expected.isGiven
        guard !pinned || !isForOne else {
            throw ValidationError("--pinned takes no other option: launcher.conf says the rest")
        }
    }

    func run() throws {
        try reporting { () throws(LaunchFailure) in
            let inventory = try options.inventory()
            guard let volume = try volume?.volume() else { return try adoptPinned(inventory) }
            let pins = inventory.pins(of: volume)
            let asked = try expected.digests()
            let given = asked.map { ImageRequest.Pin(digest: $0, origin: "command line") }
            let adopted = try Self.store(volume, inventory).adopt(expecting: given + pins)
            say(adopted, volume)
            if pins.isEmpty {
                let build = try ImageArgument(file: adopted.path)
                    .judged(.volume(volume), having: adopted.digests)
                try PinOutput(comment: remark.comment, isWritten: pin)
                    .pinNew(volume, asked.isEmpty ? adopted.digests : asked, build, in: inventory)
            } else {
                Output.show("pinned by \(pins.map(\.origin).joined(separator: ", "))")
            }
        }
    }

    private static func store(
        _ volume: FirmwareVolumeID,
        _ inventory: Inventory,
    ) throws(LaunchFailure) -> FirmwareStore {
        FirmwareStore(
            volume,
            at: try inventory.location(of: volume),
            accepting: inventory.configuration.readOnly.value,
        )
    }

    private func say(_ adopted: AdoptedImage, _ volume: FirmwareVolumeID) {
        Output.show(
            adopted.isChanged ? "adopted \(volume)" : "\(volume) may start VMs already"
        )
        Output.show("  path    \(ByteString(adopted.path.string).escaped)")
        Output.show("  size    \(adopted.byteCount) bytes")
        for digest in adopted.digests { Output.show("  \(digest.algorithm)  \(digest.hex)") }
    }

    /// All that are there. One that is refused does not keep the others from being adopted.
    private func adoptPinned(_ inventory: Inventory) throws(LaunchFailure) {
        let console = Console(program: "launcherctl")
        var first: LaunchFailure?
        for volume in inventory.configuration.firmware.compactMap(\.volume) {
            do throws(LaunchFailure) {
                let pins = inventory.pins(of: volume)
                let adopted = try Self.store(volume, inventory).adopt(expecting: pins)
                if adopted.isChanged { Output.show("adopted \(volume)") }
            } catch {
                guard !isAboutMissingImage(error) else { continue }
                if first != nil { console.report(error) }
                first = first ?? error
            }
        }
        if let first { throw first }
    }
}
