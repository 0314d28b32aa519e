import Host
import Planning
import SystemPackage

/// A file that is to become a firmware image of a storage.
struct NewImage {
    /// A path, or `-` for standard input.
    private let file: String
    /// What the operator says that it has.
    private let expected: [Digest]
    private let signature: SignatureOptions
    private let inventory: Inventory

    init(
        _ file: String,
        expecting expected: [Digest],
        signed signature: SignatureOptions,
        in inventory: Inventory,
    ) {
        self.file = file
        self.expected = expected
        self.signature = signature
        self.inventory = inventory
    }

    /// The name that an image from this file has: without what only tells how it is packed.
    static func name(of file: String) -> String {
        let name = FilePath(file).lastComponent?.string ?? ""
        guard let packing = Packing.allCases.first(where: { name.hasSuffix($0.suffix) }) else {
            return name
        }
        return name.dropLast(packing.suffix.count) + (packing == .qcow2 ? ".fd" : "")
    }

    /// What a pin of the new image says.
    struct Added {
        /// What the operator checked the download with, or else SHA-256.
        let digests: [Digest]
        let build: FirmwareBuild?
        /// `nil` if no signature was given.
        let signer: Signer?
        /// The pins that the volume had before.
        let pins: [ImageRequest.Pin]
    }

    /// - Parameter isForced: whether an image that no guest would start from is added as well.
    func add(as volume: FirmwareVolumeID, isForced: Bool) throws(LaunchFailure) -> Added {
        let pins = inventory.pins(of: volume)
        let (image, asked, signer) = try prepared()
        let added: AddedImage
        do throws(LaunchFailure) {
            added = try put(image, volume, asked + pins.map(\.digest), isForced)
        } catch {
            throw Self.withPin(error, volume, pins)
        }
        say(added, volume)
        let build = try ImageArgument(file: FilePath(added.path))
            .judged(.volume(volume), having: added.digests)
        let own = added.digests.filter { $0.algorithm == .sha256 }
        return Added(
            digests: asked.isEmpty ? own : asked,
            build: build,
            signer: signer,
            pins: pins,
        )
    }

    /// What becomes the image, with the checksums that it still has to have, and who signed it.
    private func prepared() throws(LaunchFailure) -> (Download, [Digest], Signer?) {
        let path = file == "-" ? FilePath("/dev/stdin") : FilePath(file)
        let download = try failing { () throws(StoreError) in try Download(path) }
        guard let packing = download.packing else {
            let signer = try signature.signer(of: download, in: inventory)
            signer?.show("the file")
            return (download, expected, signer?.name)
        }
        // Before anything is unpacked: no program reads what the vendor did not sign, if the vendor
        // signed the packed file.
        let ofPacked: LaunchFailure
        do throws(LaunchFailure) {
            let signer = try signature.signer(of: download, in: inventory)
            let image = try download.unpacked(from: packing)
            signer?.show("the file as it was downloaded")
            return (image, asked(of: image, in: download, packing), signer?.name)
        } catch {
            guard error.isAboutSignedBytes else { throw error }
            ofPacked = error
        }
        do throws(LaunchFailure) {
            let image = try download.unpacked(from: packing)
            let signer = try signature.signer(of: image, in: inventory)
            signer?.show("the image, and not the file that it was packed in")
            return (image, asked(of: image, in: download, packing), signer?.name)
        } catch {
            throw ofPacked
        }
    }

    /// The checksums that the image still has to have. Vendors publish those of what they publish, so
    /// one that the packed file has is answered.
    private func asked(
        of image: Download,
        in download: Download,
        _ packing: Packing,
    ) -> [Digest] {
        Output.show("unpacked \(image.bytes.count) bytes from \(packing.rawValue)")
        let found = download.digests(by: expected.map(\.algorithm))
        return expected.filter { !found.contains($0) }
    }

    private func put(
        _ image: Download,
        _ volume: FirmwareVolumeID,
        _ expected: [Digest],
        _ isForced: Bool,
    ) throws(LaunchFailure) -> AddedImage {
        let place = FirmwareStore(
            volume,
            at: try inventory.location(of: volume),
            accepting: inventory.configuration.readOnly.value,
        )
        let source = try failing { () throws(HostError) in try ImageSource(image) }
        var progress = ProgressLine(volume.description, total: source.byteCount)
        return try place.add(
            source,
            expecting: expected,
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
