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
