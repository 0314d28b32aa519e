package import SystemPackage

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
    /// - Throws: if the storage's images can be reached only by QEMU's own network clients.
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

/// How large the firmware's variable store is. It has to fit the code image, which is built for
/// one of them.
package enum VariableStoreSize: String, Hashable, Sendable, CaseIterable {
    /// 128 KiB, for firmware of 2 MiB. Proxmox's default, for VMs made before there was another.
    case small = "2m"
    /// 528 KiB, for firmware of 4 MiB.
    case large = "4m"

    /// Bytes of the template that a new store is copied from, which is also what firmware maps;
    /// an image may be longer, as block storages round up (edk2 OvmfPkgDefines.fdf.inc; qemu-server
    /// OVMF.pm passes it to QEMU as the drive's `size`).
    package var templateByteCount: Int {
        switch self {
        case .small: 131_072
        case .large: 540_672
        }
    }
}

/// The name of a VM's image on a storage that keeps files: `100/vm-100-disk-0.qcow2`, or with the
/// base image before it, as linked clones have it, `100/base-100-disk-0.raw/101/vm-101-disk-0.qcow2`
/// (pve-storage Plugin.pm `parse_volname`, `parse_name_dir`).
struct ImageFileName {
    let vmid: String
    let file: String
    /// `file` without its extension.
    let stem: String
    let format: ImageFormat

    init(_ volume: VolumeID) throws(VolumeError) {
        let expected = "VMID/NAME.raw, .qcow2 or .vmdk"
        let parts = volume.name.utf8.split(
            separator: UInt8(ascii: "/"),
            omittingEmptySubsequences: false,
        ).map(Substring.init)
        guard parts.count == 2 || parts.count == 4, parts.map(\.utf8).allSatisfy(isImageName),
            stride(from: 0, to: parts.count, by: 2).allSatisfy({ isNumber(parts[$0]) })
        else { throw .notAnImage(volume: volume, expected: expected) }

        let file = String(parts[parts.count - 1])
        guard let format = ImageFormat(extensionOf: file), Self.formats.contains(format),
            // Snapshots of a volume chain: never a VM's disk.
            !(format == .qcow2 && file.hasPrefix("snap-"))
        else { throw .notAnImage(volume: volume, expected: expected) }
        vmid = String(parts[parts.count - 2])
        self.file = file
        stem = String(file.dropLast(format.rawValue.count + 1))
        self.format = format
    }

    private static let formats: [ImageFormat] = [.raw, .qcow2, .vmdk]
}

private func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy(isDigit)
}

/// One path component of printable ASCII without blanks. Proxmox takes more; no image that it
/// makes has more.
func isImageName(_ name: some Collection<UInt8>) -> Bool {
    !name.isEmpty && name.first != UInt8(ascii: ".")
        && name.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
}

/// The image formats that Proxmox names for drives, spelled as QEMU's block drivers.
package enum ImageFormat: String, Hashable, Sendable, CaseIterable {
    case raw, qcow, qed, qcow2, vmdk, cloop

    /// What the extension of a file name says, if it is one of a format.
    init?(extensionOf fileName: String) {
        guard let dot = fileName.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        self.init(rawValue: String(fileName[fileName.utf8.index(after: dot)...]))
    }
}

/// Proxmox's `efidisk0` setting: where the VM's UEFI variables are kept
/// (qemu-server Drive.pm `$efidisk_fmt`).
package struct EFIDisk: Hashable, Sendable {
    package let source: Source
    /// `nil` if the name of the image tells.
    package let format: ImageFormat?
    package let size: String?
    package let variables: VariableStoreSize
    package let preEnrolledKeys: Bool
    package let microsoftCertificate: MicrosoftCertificate?

    package enum Source: Hashable, Sendable {
        case volume(VolumeID)
        /// An absolute path, a block device or a file.
        case path(FilePath)
    }

    /// The year of the Microsoft certificates that are enrolled; a marker for Proxmox itself.
    package enum MicrosoftCertificate: String, Hashable, Sendable, CaseIterable {
        case from2011 = "2011"
        case from2023 = "2023"
        case from2023w = "2023w"
        case from2023k = "2023k"
    }

    package init(parsing text: ByteString) throws(PropertyStringError) {
        let keys = ["file", "format", "size", "efitype", "pre-enrolled-keys", "ms-cert"]
        let properties = try PropertyString(
            parsing: text,
            keys: keys,
            defaultKey: "file",
            aliases: ["volume": "file"],
        )
        guard let file = properties["file"] else { throw .missingKey("file") }
        source = try Self.source(file)
        format = try properties.word("format")
        size = try Self.size(properties["size"])
        variables = try properties.word("efitype") ?? .small
        preEnrolledKeys = try properties.flag("pre-enrolled-keys") ?? false
        microsoftCertificate = try properties.word("ms-cert")
    }

    private static func source(_ text: String) throws(PropertyStringError) -> Source {
        guard text.utf8.first == UInt8(ascii: "/") else {
            do {
                return .volume(try VolumeID(parsing: text))
            } catch {
                throw .badVolume(key: "file", error)
            }
        }
        guard !hasParentComponent(text.utf8) else {
            throw .badValue(key: "file", found: text, expected: "a path without '..'")
        }
        return .path(FilePath(text))
    }

    /// Informational, so the text is kept unchanged: digits, and K, M, G or T.
    private static func size(_ text: String?) throws(PropertyStringError) -> String? {
        guard let text else { return nil }
        let number = text.utf8.last.map("KMGT".utf8.contains) == true ? text.dropLast() : text[...]
        let parts = number.utf8.split(
            separator: UInt8(ascii: "."),
            omittingEmptySubsequences: false
        )
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else {
            throw .badValue(key: "size", found: text, expected: "a size like '528K'")
        }
        return text
    }
}
