import Host
import Planning
import SystemPackage

/// Every firmware image of every storage, and what a start would say to it.
struct FirmwareListing {
    struct Entry {
        let volume: FirmwareVolumeID
        let pins: [ImageRequest.Pin]
        /// VMs that carry it ask for the image.
        let tag: Tag?
        /// Who signed it, as its pin says.
        let signer: Signer?
        let trial: TrialVerification
        /// `nil` if there is no file that could be read.
        let look: Look?
        let users: [FirmwareUses.User]
    }

    /// What the file is, whether or not it may be started from.
    struct Look {
        let byteCount: Int
        let kind: FirmwareImage.Kind
    }

    private(set) var entries: [Entry] = []
    /// Whether no storage is missing.
    private(set) var isWhole = true
    /// What could not be listed, and why.
    private(set) var remarks: [String] = []

    init(_ inventory: Inventory, storage only: [String]) throws(LaunchFailure) {
        let uses = try inventory.uses()
        var volumes = Set<FirmwareVolumeID>()
        let (storages, warnings) = inventory.storages.survey()
        remarks += warnings.map(\.message)
        let known = inventory.storages.identifiers.map(\.text)
        if let unknown = only.first(where: { !known.contains($0) }) {
            throw LaunchFailure(UnknownStorage(name: unknown, known: known))
        }
        for storage in storages where only.isEmpty || only.contains(storage.id.text) {
            let isNamed = only.contains(storage.id.text)
            let reasons = Self.reasonForNothing(storage, isNamed: isNamed, inventory)
            if !reasons.isEmpty { isWhole = false }
            remarks += reasons
            for content in [FirmwareVolumeID.Content.efiFirmware, .firmware] {
                let found = Self.volumes(content, of: storage, inventory)
                volumes.formUnion(found.volumes)
                remarks += found.remarks
            }
        }
        // Pinned or needed, and perhaps not there: just what somebody should see.
        let named = inventory.configuration.firmware.compactMap(\.volume) + uses.all.map(\.volume)
        volumes.formUnion(named.filter { only.isEmpty || only.contains($0.id.storage.text) })
        for volume in volumes.sorted(by: { $0.description < $1.description }) {
            entries.append(try entry(volume, inventory, uses))
        }
        remarks += uses.problems.map { "\($0.user): \($0.error.message)" }
        remarks += inventory.cluster.failures.map(\.message)
    }

    /// Why nothing is listed of a storage that has files.
    ///
    /// - Parameter isNamed: by the operator. Only Proxmox makes the directory of `local`, which every
    ///   host has.
    private static func reasonForNothing(
        _ storage: Storage,
        isNamed: Bool,
        _ inventory: Inventory,
    ) -> [String] {
        guard isUsable(storage, inventory) else { return [] }
        let label = "storage \(quoted(storage.id.text))"
        let isLocal = storage.id.text == "local" && !isNamed
        if let path = storage.path, !isLocal, !DirectoryEntry.exists(at: path) {
            return ["\(label): there is no \(path), so its images are not listed"]
        }
        do throws(HostError) {
            guard let place = try inventory.missingMount(of: storage) else { return [] }
            return ["\(label): not mounted at \(place), so its images are not listed"]
        } catch {
            return ["\(label): \(error.message)"]
        }
    }

    /// Whether the storage keeps files on this node.
    static func isUsable(_ storage: Storage, _ inventory: Inventory) -> Bool {
        storage.path != nil && !storage.isDisabled
            && storage.nodes?.contains(inventory.node) ?? true
    }

    /// What the storage's directory for this content has, and what of it could not be listed.
    static func volumes(
        _ content: FirmwareVolumeID.Content,
        of storage: Storage,
        _ inventory: Inventory,
    ) -> (volumes: [FirmwareVolumeID], remarks: [String]) {
        guard isUsable(storage, inventory) else { return ([], []) }
        let prefix = "\(storage.id):\(content.rawValue)/"
        let label = "storage \(quoted(storage.id.text))"
        let directory: FirmwareDirectory?
        do throws(LaunchFailure) {
            // Any name will do to learn the directory.
            let probe = try VolumeArgument(argument: "\(prefix)\(content.probe)").volume()
            let location = try inventory.location(of: probe)
            directory = try failing { () throws(HostError) in try FirmwareDirectory(location) }
        } catch {
            return ([], ["\(label): \(error.message)"])
        }
        var volumes: [FirmwareVolumeID] = []
        var remarks: [String] = []
        for name in directory?.names ?? [] {
            do throws(VolumeIDError) {
                volumes.append(try FirmwareVolumeID(parsing: "\(prefix)\(name)"))
            } catch {
                remarks.append(error.message)
            }
        }
        return (volumes, remarks)
    }

    private func entry(
        _ volume: FirmwareVolumeID,
        _ inventory: Inventory,
        _ uses: FirmwareUses,
    ) throws(LaunchFailure) -> Entry {
        let trial: TrialVerification
        do throws(LaunchFailure) {
            trial = TrialVerification(try inventory.request(for: volume))
        } catch {
            trial = .unreachable(error.message)
        }
        return Entry(
            volume: volume,
            pins: inventory.pins(of: volume),
            tag: inventory.configuration.firmware(for: volume)?.tag?.value,
            signer: inventory.configuration.firmware(for: volume)?.signer?.value,
            trial: trial,
            look: Self.look(at: volume, inventory),
            users: uses.users(of: volume),
        )
    }
}

extension FirmwareListing {
    /// Looked at as `inspect` does: nothing is trusted, and nothing is started.
    private static func look(at volume: FirmwareVolumeID, _ inventory: Inventory) -> Look? {
        do throws(LaunchFailure) {
            let bytes = try ImageArgument(volume, at: inventory.location(of: volume)).read()
            return Look(byteCount: bytes.count, kind: FirmwareImage(bytes.span).kind)
        } catch {
            return nil
        }
    }
}

extension FirmwareVolumeID.Content {
    /// A name that a volume of this content may have.
    fileprivate var probe: String {
        switch self {
        case .efiFirmware, .firmware, .snippets: "x"
        case .iso: "x.img"
        case .imports: "x.raw"
        }
    }
}

extension FirmwareSection {
    /// `nil` for stock firmware.
    var volume: FirmwareVolumeID? {
        if case .volume(let volume) = subject { volume } else { nil }
    }
}

/// The operator named a storage that there is not.
private struct UnknownStorage: Failure {
    let name: String
    let known: [String]

    var message: String { "storage \(quoted(name)) does not exist" }
    var hint: String? { keyHint(for: name, among: known) }
    var exitStatus: ExitStatus { .usage }
}
