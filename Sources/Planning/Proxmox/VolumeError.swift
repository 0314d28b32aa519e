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
