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
