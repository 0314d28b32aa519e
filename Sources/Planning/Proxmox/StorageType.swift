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
    package static let directoryTypes: [StorageType] = [.dir, .nfs, .cifs, .cephfs, .btrfs]

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

    /// Network file systems are mounted at `/mnt/pve/ID` where no `path` is set.
    var isMountedByDefault: Bool {
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

    /// Why no image of such a storage has a path on the host, for types where that is so whatever
    /// the storage's settings are. RBD has one with `krbd`.
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
}
