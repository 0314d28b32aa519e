import Host
import Planning
import SystemPackage

/// A file that is to become a firmware image of a storage.
struct NewImage {
    /// A path, or `-` for standard input.
    private let file: String
    /// What the operator says that it has.
    private let expected: [Digest]
    private let inventory: Inventory

    init(_ file: String, expecting expected: [Digest], in inventory: Inventory) {
        self.file = file
        self.expected = expected
        self.inventory = inventory
    }

    /// What a pin of the new image says.
    struct Added {
        /// What the operator checked the download with, or else SHA-256.
        let digests: [Digest]
        let build: FirmwareBuild?
        /// The pins that the volume had before.
        let pins: [ImageRequest.Pin]
    }

    /// - Parameter isForced: whether an image that no guest would start from is added as well.
    func add(as volume: FirmwareVolumeID, isForced: Bool) throws(LaunchFailure) -> Added {
        let pins = inventory.pins(of: volume)
        let added: AddedImage
        do throws(LaunchFailure) {
            added = try put(volume, pins, isForced)
        } catch {
            throw Self.withPin(error, volume, pins)
        }
        say(added, volume)
        let build = try ImageArgument(file: FilePath(added.path))
            .judged(.volume(volume), having: added.digests)
        let own = added.digests.filter { $0.algorithm == .sha256 }
        return Added(digests: expected.isEmpty ? own : expected, build: build, pins: pins)
    }

    private func put(
        _ volume: FirmwareVolumeID,
        _ pins: [ImageRequest.Pin],
        _ isForced: Bool,
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
            judging: !isForced,
            progress: { progress.update($0) },
        )
    }

    /// A checksum that a pin asks for, and not the operator.
    private static func withPin(
        _ failure: LaunchFailure,
        _ volume: FirmwareVolumeID,
        _ pins: [ImageRequest.Pin],
    ) -> LaunchFailure {
        guard case .checksumDiffers(_, let expected, let found) = failure.cause as? StoreError,
            let pin = pins.first(where: { $0.digest == expected })
        else { return failure }
        return LaunchFailure(PinnedOtherwise(volume: volume, pin: pin, found: found))
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
}

/// New bytes under a name for which other bytes are pinned.
private struct PinnedOtherwise: Failure {
    let volume: FirmwareVolumeID
    let pin: ImageRequest.Pin
    let found: Digest

    var message: String {
        "firmware image \(quoted(volume.description)): pinned with another checksum by"
            + " \(pin.origin) (expected \(pin.digest), found \(found))"
    }

    var hint: String? {
        "give a new version a name of its own: 'launcherctl firmware update \(volume) FILE'; or"
            + " take the pin away first: 'launcherctl firmware unpin \(volume)'"
    }

    var exitStatus: ExitStatus { .imageRefused }
}
