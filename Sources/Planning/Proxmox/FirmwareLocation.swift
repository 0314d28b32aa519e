package import SystemPackage

/// Where a firmware volume is: a file in one of some directories of a storage.
package struct FirmwareLocation: Hashable, Sendable {
    /// The storage's path.
    package let root: FilePath
    /// Relative to `root`; the first one that exists is the one.
    package let directories: [String]
    package let fileName: String
}

extension StorageConfiguration {
    /// - Parameter node: the name of this host, as storages' `nodes` lists have it.
    package func firmwareLocation(
        of volume: FirmwareVolume,
        on node: String,
    ) throws(VolumeError) -> FirmwareLocation {
        let storage = try usableStorage(of: volume.id, on: node)
        guard let root = storage.path else {
            throw .storageWithoutFiles(
                volume: volume.id,
                type: storage.type,
                reason: storage.type.reasonForNoFiles,
            )
        }
        return FirmwareLocation(
            root: root,
            directories: storage.contentDirectories.directories(for: volume.content),
            fileName: volume.fileName,
        )
    }

    /// The volume's storage, where it is defined, enabled and meant for this node.
    func usableStorage(of volume: VolumeID, on node: String) throws(VolumeError) -> Storage {
        let storage: Storage
        switch lookup(volume.storage) {
        case .found(let found): storage = found
        case .skipped(let warning): throw .storageSkipped(volume: volume, warning: warning)
        case .unknown: throw .storageUnknown(volume: volume, known: identifiers)
        }
        guard !storage.isDisabled else {
            throw .storageDisabled(volume: volume, origin: storage.origin)
        }
        if let nodes = storage.nodes, !nodes.contains(node) {
            throw .storageNotOnNode(
                volume: volume,
                node: node,
                nodes: nodes,
                origin: storage.origin,
            )
        }
        return storage
    }
}

/// Why a volume has no path on this host.
package enum VolumeError: Failure {
    case storageUnknown(volume: VolumeID, known: [StorageID])
    /// Proxmox does not see it either.
    case storageSkipped(volume: VolumeID, warning: ConfigurationWarning)
    case storageDisabled(volume: VolumeID, origin: Storage.Origin)
    case storageNotOnNode(volume: VolumeID, node: String, nodes: [String], origin: Storage.Origin)
    /// Asked for firmware.
    case storageWithoutFiles(volume: VolumeID, type: StorageType, reason: String)
    /// Asked for a VM's image.
    case storageWithoutPaths(volume: VolumeID, type: StorageType, reason: String)
    case notAnImage(volume: VolumeID, expected: String)

    package var message: String {
        switch self {
        case .storageUnknown(let volume, _): "\(subject(volume)) does not exist"
        case .storageSkipped(let volume, let warning):
            "\(subject(volume)) is defined, but broken (\(warning.message))"
        case .storageDisabled(let volume, let origin):
            "\(subject(volume)) is disabled (\(origin))"
        case .storageNotOnNode(let volume, let node, let nodes, _):
            "\(subject(volume)) is not available on this node (expected "
                + "\(nodes.isEmpty ? "no node at all" : alternatives(nodes)),"
                + " found \(quoted(node)))"
        case .storageWithoutFiles(let volume, _, let reason),
            .storageWithoutPaths(let volume, _, let reason):
            "\(subject(volume)): \(reason)"
        case .notAnImage(let volume, let expected):
            "volume \(quoted(volume.description)): not an image of a VM (expected \(expected))"
        }
    }

    package var hint: String? {
        switch self {
        case .storageUnknown(_, let known): "there are \(list(known))"
        case .storageSkipped(_, let warning): "correct \(warning.file) line \(warning.line)"
        case .storageDisabled(_, let origin): "remove 'disable' in \(origin), or move the volume"
        case .storageNotOnNode(_, _, _, let origin):
            "add the node to 'nodes' in \(origin), or move the volume to a storage of this node"
        case .storageWithoutFiles:
            "keep firmware in a storage of type dir, nfs, cifs, cephfs or btrfs"
        case .storageWithoutPaths:
            "keep the VM's EFI disk in a storage whose images are files or block devices"
        case .notAnImage: nil
        }
    }

    package var exitStatus: ExitStatus { .configuration }

    private func subject(_ volume: VolumeID) -> String {
        "volume \(quoted(volume.description)): storage \(quoted(volume.storage.text))"
    }

    private func list(_ known: [StorageID]) -> String {
        let limit = 20
        let names = known.prefix(limit).map { quoted($0.text) }.joined(separator: ", ")
        return known.count > limit ? "\(names) and \(known.count - limit) more" : names
    }
}
