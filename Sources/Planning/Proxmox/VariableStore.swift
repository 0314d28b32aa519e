import SystemPackage

/// The image that a VM's UEFI variables are kept in, as QEMU has to be told.
package struct VariableStore: Hashable, Sendable {
    /// Of a file or a block device.
    package let path: ByteString
    package let format: ImageFormat
}

extension StorageConfiguration {
    /// Resolves an EFI disk to a path on this host, as Proxmox does for the storage's type.
    ///
    /// - Parameter node: the name of this host, as storages' `nodes` lists have it.
    /// - Throws: where the storage's images can be reached only by QEMU's own network clients.
    package func variableStore(
        of disk: EFIDisk,
        on node: String,
    ) throws(VolumeError) -> VariableStore {
        switch disk.source {
        case .path(let path):
            let name = path.lastComponent?.string ?? ""
            let format = disk.format ?? ImageFormat(extensionOf: name) ?? .raw
            return VariableStore(path: ByteString(path.string), format: format)
        case .volume(let volume):
            let image = try image(of: volume, in: usableStorage(of: volume, on: node))
            return VariableStore(path: image.path, format: disk.format ?? image.format)
        }
    }

    private func image(
        of volume: VolumeID,
        in storage: Storage,
    ) throws(VolumeError) -> VariableStore {
        switch storage.images {
        case .files, .btrfs: return try file(of: volume, in: storage)
        case .lvm(let group):
            let name = try deviceName(of: volume)
            let format = ImageFormat(extensionOf: name) == .qcow2 ? ImageFormat.qcow2 : .raw
            return VariableStore(path: ByteString("/dev/\(group)/\(name)"), format: format)
        case .lvmthin(let group):
            return device("/dev/\(group)/\(try deviceName(of: volume))")
        case .zfs(let pool):
            return device("/dev/zvol/\(pool)/\(try deviceName(of: volume))")
        case .krbd(let pool, let namespace):
            let directory = namespace.map { "\(pool)/\($0)" } ?? pool
            return device("/dev/rbd/\(directory)/\(try deviceName(of: volume))")
        case .iscsi:
            return device("/dev/disk/by-id/\(try logicalUnitName(of: volume))")
        case .none(let reason):
            throw .storageWithoutPaths(volume: volume, type: storage.type, reason: reason)
        }
    }

    private func device(_ path: String) -> VariableStore {
        VariableStore(path: ByteString(path), format: .raw)
    }

    private func file(of volume: VolumeID, in storage: Storage) throws(VolumeError) -> VariableStore
    {
        let name = try ImageFileName(volume)
        guard let root = storage.path else {
            throw .storageWithoutFiles(
                volume: volume,
                type: storage.type,
                reason: storage.type.reasonForNoFiles,
            )
        }
        let directory = "\(root.string)/\(storage.contentDirectories.images)/\(name.vmid)"
        guard case .btrfs = storage.images, name.format == .raw else {
            return VariableStore(path: ByteString("\(directory)/\(name.file)"), format: name.format)
        }
        let path = "\(directory)/\(name.stem)/disk.raw"
        return VariableStore(path: ByteString(path), format: .raw)
    }

    /// `vm-100-disk-0`, without the base image that a linked clone names before it.
    private func deviceName(of volume: VolumeID) throws(VolumeError) -> String {
        let expected = "vm-100-disk-0, or base-100-disk-0/vm-101-disk-0"
        let parts = volume.name.utf8.split(
            separator: UInt8(ascii: "/"),
            omittingEmptySubsequences: false,
        )
        guard parts.count <= 2, parts.allSatisfy(isImageName), let last = parts.last else {
            throw .notAnImage(volume: volume, expected: expected)
        }
        return String(Substring(last))
    }

    /// What follows host, channel and target: `0.0.1.scsi-36001405…`.
    private func logicalUnitName(of volume: VolumeID) throws(VolumeError) -> String {
        let parts = volume.name.utf8.split(
            separator: UInt8(ascii: "."),
            maxSplits: 3,
            omittingEmptySubsequences: false,
        )
        guard parts.count == 4, let name = parts.last, isImageName(name),
            parts.dropLast().allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) })
        else { throw .notAnImage(volume: volume, expected: "HOST.CHANNEL.TARGET.NAME") }
        return String(Substring(name))
    }
}
