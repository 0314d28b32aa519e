/// The storage types of Proxmox VE up to 9.1 (pve-storage `src/PVE/Storage`), and any other by its
/// name: third parties bring their own.
package enum StorageType: Hashable, Sendable, CustomStringConvertible {
    case dir, nfs, cifs, cephfs, btrfs
    case lvm, lvmthin, zfspool, zfs, rbd, iscsi, iscsidirect
    case pbs, esxi, drbd, glusterfs
    case other(String)

    private static let named: [(String, StorageType)] = [
        ("dir", .dir), ("nfs", .nfs), ("cifs", .cifs), ("cephfs", .cephfs), ("btrfs", .btrfs),
        ("lvm", .lvm), ("lvmthin", .lvmthin), ("zfspool", .zfspool), ("zfs", .zfs), ("rbd", .rbd),
        ("iscsi", .iscsi), ("iscsidirect", .iscsidirect), ("pbs", .pbs), ("esxi", .esxi),
        ("drbd", .drbd), ("glusterfs", .glusterfs),
    ]

    /// Those that a section of launcher.conf may declare: the ones that keep files.
    package static let directoryTypes = directoryNames.map { StorageType($0.description) }

    static let directoryNames: [StaticString] = ["dir", "nfs", "cifs", "cephfs", "btrfs"]

    package init(_ name: String) {
        self = Self.named.first { $0.0 == name }?.1 ?? .other(name)
    }

    package var description: String {
        if case .other(let name) = self { return name }
        return Self.named.first { $0.1 == self }?.0 ?? ""
    }

    var isDirectoryType: Bool { Self.directoryTypes.contains(self) }

    /// Whether Proxmox's own plugin of this type takes a `path`. GlusterFS did until 8.x.
    var takesPath: Bool {
        switch self {
        case .dir, .nfs, .cifs, .cephfs, .btrfs, .glusterfs, .other: true
        default: false
        }
    }

    /// Network file systems are mounted at `/mnt/pve/ID` if no `path` is set. Proxmox mounts
    /// them, and nothing may be kept in their directory before that.
    package var isMountedByDefault: Bool {
        switch self {
        case .nfs, .cifs, .cephfs: true
        default: false
        }
    }

    /// Without these Proxmox drops the whole storage; only what decides about a path is here.
    var requiredKeys: [StaticString] {
        switch self {
        case .dir, .btrfs: ["path"]
        case .nfs: ["server", "export"]
        case .cifs: ["server", "share"]
        case .lvm: ["vgname"]
        case .lvmthin: ["vgname", "thinpool"]
        case .zfspool: ["pool"]
        default: []
        }
    }

    /// Why no file of such a storage has a path, for types without one.
    var reasonForNoFiles: String {
        switch self {
        case .lvm, .lvmthin, .zfspool, .zfs, .rbd, .iscsi, .iscsidirect, .drbd:
            "\(self) storage holds block images, not files"
        case .pbs: "pbs storage holds backups, reached through a server"
        case .esxi: "esxi storage holds disks to import, and nothing else"
        case .glusterfs: "glusterfs storage is reached through QEMU's own client, not a path"
        case .dir, .nfs, .cifs, .cephfs, .btrfs, .other: "\(self) storage without a path"
        }
    }

    /// Why no image of such a storage has a path on the host, for types where this does not depend
    /// on the storage's settings. RBD has one with `krbd`.
    var reasonForNoImages: String? {
        switch self {
        case .rbd: "rbd storage without krbd is reached through librbd, not a path"
        case .iscsidirect: "iscsidirect storage is reached by QEMU's own iSCSI client, not a path"
        case .zfs: "zfs storage is reached by QEMU's own iSCSI client, not a path"
        case .drbd: "drbd storage belongs to a plugin that is not known here"
        case .cephfs: "cephfs storage holds no VM images"
        case .pbs, .esxi: reasonForNoFiles
        default: nil
        }
    }
}

/// How the name of a VM's image becomes a path on the host, by storage type
/// (pve-storage, `path` and `filesystem_path` of each plugin).
package enum ImagePlacement: Hashable, Sendable {
    /// A file `PATH/images/VMID/NAME`.
    case files
    /// As ``files``, but a raw image `NAME.raw` is a subvolume `NAME` with a file `disk.raw` in it.
    case btrfs
    /// A logical volume `/dev/GROUP/NAME`; it may hold qcow2, as its name then says.
    case lvm(group: String)
    /// A logical volume `/dev/GROUP/NAME`, always raw.
    case lvmthin(group: String)
    /// `/dev/zvol/POOL/NAME`.
    case zfs(pool: String)
    /// `/dev/rbd/POOL/[NAMESPACE/]NAME`, the link that the kernel's RBD client makes.
    ///
    /// Proxmox prefers `/dev/rbd-pve/FSID/…`, which points at the same device, but the cluster's
    /// FSID is not in storage.cfg.
    case krbd(pool: String, namespace: String?)
    /// `/dev/disk/by-id/NAME`.
    case iscsi
    /// Nothing on the host that could be opened.
    case none(reason: String)

    /// - Parameter settings: of the storage's section, by key.
    init(on type: StorageType, hasPath: Bool, _ settings: [String: String] = [:]) {
        switch type {
        case .btrfs: self = .btrfs
        case .lvm: self = .lvm(group: settings["vgname"] ?? "")
        case .lvmthin: self = .lvmthin(group: settings["vgname"] ?? "")
        case .zfspool: self = .zfs(pool: settings["pool"] ?? "")
        case .rbd where settings["krbd"] == "1":
            self = .krbd(pool: settings["pool"] ?? "rbd", namespace: settings["namespace"])
        case .iscsi: self = .iscsi
        default:
            if let reason = type.reasonForNoImages {
                self = .none(reason: reason)
            } else {
                self = hasPath ? .files : .none(reason: type.reasonForNoFiles)
            }
        }
    }
}

/// The settings of storages that Proxmox knows, and how it checks those that we act on.
enum StorageKey {
    /// Whether Proxmox keeps the setting. Which types take which keys changes from release to
    /// release, so only keys that decide about paths depend on the type. For the types of third
    /// parties every key is accepted.
    static func isKnown(_ key: String, to type: StorageType) -> Bool {
        if case .other = type { return true }
        return switch key {
        case "path": type.takesPath
        case "content-dirs": type.isDirectoryType && type != .btrfs
        case "is_mountpoint": type == .dir || type == .btrfs
        case "krbd": type == .rbd
        default: known.contains(key)
        }
    }

    static func rule(for key: String) -> Rule {
        switch key {
        case "path": .path
        case "disable", "krbd": .boolean
        case "nodes": .nodes
        case "content-dirs": .contentDirectories
        case "vgname", "thinpool": .lvmName
        case "pool", "namespace": .devicePath
        default: .anything
        }
    }

    /// How a value is checked. What Proxmox does not accept, it drops.
    enum Rule {
        case boolean, path, nodes, contentDirectories, lvmName, devicePath, anything

        var expected: String {
            switch self {
            case .boolean: "0 or 1"
            case .path: "an absolute path"
            case .nodes: "node names"
            case .contentDirectories: "TYPE=DIRECTORY, …, each below the storage's path"
            case .lvmName: "an LVM name"
            case .devicePath: "a name below /dev"
            case .anything: "a value"
            }
        }

        /// The value to keep, or `nil` if it is not one. A boolean alone on its line is true.
        func check(_ bytes: ByteString?) -> String? {
            guard let bytes else { return self == .boolean ? "1" : nil }
            // Other settings are kept unchanged; ours become paths and comparisons.
            guard self != .anything else { return String(decoding: bytes.bytes, as: UTF8.self) }
            guard let text = bytes.text, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
            else { return nil }
            return isGood(text) ? text : nil
        }

        private func isGood(_ text: String) -> Bool {
            switch self {
            case .boolean: text == "0" || text == "1"
            case .path: isAbsolutePath(text)
            case .nodes: listItems(text).allSatisfy(isNodeName)
            case .contentDirectories:
                ContentDirectories(parsing: text, allowsLeadingSlash: true) != nil
            case .lvmName: isLVMName(text)
            case .devicePath: isDevicePath(text)
            case .anything: true
            }
        }
    }

    /// All settings of Proxmox's plugins up to pve-storage 9.1.
    private static let known: Set<String> = [
        "authsupported", "base", "blocksize", "bwlimit", "comstar_hg", "comstar_tg", "content",
        "create-base-path", "create-subdirs", "data-pool", "datastore", "disable", "domain",
        "encryption-key", "export", "fingerprint", "format", "fs-name", "fuse", "iscsiprovider",
        "keyring", "lio_tpg", "master-pubkey", "max-protected-backups", "maxfiles", "mkdir",
        "monhost", "mountpoint", "namespace", "nocow", "nodes", "nowritecache", "options",
        "password", "pool", "port", "portal", "preallocation", "prune-backups", "redundancy",
        "saferemove", "saferemove-stepsize", "saferemove_throughput", "server", "server2", "share",
        "shared", "skip-cert-verification", "smbversion", "snapshot-as-volume-chain", "sparse",
        "subdir", "tagged_only", "target", "thinpool", "transport", "type", "username", "vgname",
        "volume", "zfs-base-path",
    ]
}

/// `^/[^;\(\)]+` of pve-storage Plugin.pm `verify_path`, whose end is not anchored.
private func isAbsolutePath(_ text: String) -> Bool {
    guard text.utf8.first == UInt8(ascii: "/"), let second = text.utf8.dropFirst().first else {
        return false
    }
    return !";()".utf8.contains(second)
}

/// pve-storage Plugin.pm `parse_lvm_name`.
private func isLVMName(_ text: String) -> Bool {
    guard text.utf8.count >= 2, let first = text.utf8.first, let last = text.utf8.last,
        isLetter(first) || isDigit(first), isLetter(last) || isDigit(last)
    else { return false }
    return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "-_.".utf8.contains($0) }
}

/// One component or more that stay below the directory they are put into.
private func isDevicePath(_ text: String) -> Bool {
    text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
            && !$0.contains(where: isBlank)
    }
}
