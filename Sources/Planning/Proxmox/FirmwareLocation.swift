package import SystemPackage

/// Where a firmware image is: a file in one of some directories of a storage.
package struct FirmwareLocation: Hashable, Sendable {
    /// The storage's path.
    package let root: FilePath
    /// Relative to `root`; the first one that exists counts.
    package let directories: [String]
    package let fileName: String
}

extension StorageConfiguration {
    /// - Parameter node: the name of this host, as storages' `nodes` lists have it.
    package func firmwareLocation(
        of volume: FirmwareVolumeID,
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

    /// The volume's storage, if it is defined, enabled and for this node.
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
        case .storageUnknown(let volume, let known):
            keyHint(for: volume.storage.text, among: known.map(\.text))
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
}

/// Where below its path a storage keeps each kind of content, as far as `content-dirs` says.
package struct ContentDirectories: Hashable, Sendable {
    /// Relative and `/`-separated, without `.` and `..`, by content type.
    private var overrides: [String: String] = [:]

    package static let standard = ContentDirectories()

    private init() {}

    /// Reads `content-dirs`: items `TYPE=DIRECTORY`.
    ///
    /// Proxmox's own rule takes letters only for TYPE (pve-storage Plugin.pm
    /// `verify_dir_override`), so it drops a whole list that contains `efi-firmware=`, and says so
    /// in its log. We accept it: upstream has to allow the hyphen for the content type, and
    /// launcher.conf is ours. For the rest the rule is Proxmox's: no two dots in a row, no dot
    /// last, less than 1023 bytes, each component less than 255; and none may be `.`.
    ///
    /// - Parameter allowsLeadingSlash: Proxmox puts the directory below the path anyway.
    /// - Returns: `nil` if one of the items breaks the rule.
    package init?(parsing text: String, allowsLeadingSlash: Bool) {
        for item in listItems(text) {
            guard let equals = item.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let type = item[..<equals]
            let directory = item[item.utf8.index(after: equals)...]
            guard isContentType(type),
                allowsLeadingSlash || directory.utf8.first != UInt8(ascii: "/"),
                let relative = relativeDirectory(directory)
            else { return nil }
            overrides[String(type)] = relative
        }
    }

    /// The directories, relative to the storage's path, that may hold content of this kind; the
    /// first one that exists counts.
    ///
    /// Upstream has decided neither the name, `firmware` or `efi-firmware`, nor where `efi-firmware`
    /// will be: next to `template/iso`, where Proxmox keeps what administrators upload, or in a
    /// directory of its name, as the newer `import` has. Nothing else in the launcher knows these
    /// names.
    package func directories(for content: FirmwareVolumeID.Content) -> [String] {
        if let override = overrides[content.rawValue] { return [override] }
        return switch content {
        case .efiFirmware: ["template/efi-firmware", "efi-firmware"]
        case .firmware: ["template/firmware"]
        case .snippets: ["snippets"]
        case .iso: ["template/iso"]
        case .imports: ["import"]
        }
    }

    /// Where directory storages keep the images of VMs, each VM's in a directory of its ID.
    package var images: String { overrides["images"] ?? "images" }
}

private func isContentType(_ text: Substring) -> Bool {
    text == "efi-firmware"
        || !text.isEmpty
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
            }
}

/// Without doubled slashes and such at either end; `nil` if the rule is broken.
private func relativeDirectory(_ text: Substring) -> String? {
    let dot = UInt8(ascii: ".")
    guard text.utf8.count < 1023, text.utf8.last != dot,
        !zip(text.utf8, text.utf8.dropFirst()).contains(where: { $0 == dot && $1 == dot })
    else { return nil }
    let components = text.utf8.split(separator: UInt8(ascii: "/"))
    guard !components.isEmpty,
        components.allSatisfy({ $0.count < 255 && !$0.elementsEqual([dot]) })
    else { return nil }
    return components.map { String(Substring($0)) }.joined(separator: "/")
}

/// Splits a list as Proxmox does (pve-common ParseUtils.pm `split_list`): at commas, semicolons
/// and blanks, with nothing between two of them meaning nothing.
func listItems(_ text: String) -> [String] {
    text.utf8.split { byte in
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == 0 || isBlank(byte)
    }.map { String(Substring($0)) }
}
