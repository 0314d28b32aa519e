/// Lists of rows that are too long for the group that they belong to.
///
/// A QEMU of root needs none for itself: files, devices and sockets of Proxmox belong to root, and
/// the kernel asks for no capability to run a guest (virt/kvm).
extension [CapabilityRow] {
    /// Of ``SyscallGroup/spawn``.
    static let ofPrograms: [CapabilityRow] = [
        .keep(.chown, because: "scripts make files for others"),
        .keep(
            .dac_override,
            because: "scripts open what belongs to others, such as ovs-vsctl's socket"
        ),
        .keep(.dac_read_search, because: "scripts look through folders of others"),
        .keep(.fowner, because: "scripts change files of others"),
        .keep(.net_admin, because: "scripts set up taps, bridges, VLANs and limits"),
        .keep(.net_raw, because: "scripts announce addresses (arping)"),
        .keep(.setgid, because: "programs give up rights that they do not need"),
        .keep(.setpcap, because: "programs give up rights that they do not need"),
        .keep(.setuid, because: "programs give up rights that they do not need"),
    ]

    /// Of ``SyscallGroup/sharedFolder``.
    static let ofSharedFolders: [CapabilityRow] = [
        .keep(.chown, because: "the guest changes an owner"),
        .keep(.dac_override, because: "the guest's root opens files of any owner"),
        .keep(.dac_read_search, because: "the guest's root looks through folders of any owner"),
        .keep(.fowner, because: "the guest changes a mode or a time"),
        .keep(.fsetid, because: "the guest sets a set-user-ID bit and keeps it"),
        .keep(.mknod, because: "the guest makes a device or a pipe"),
    ]
}

extension StatedOption {
    /// What QEMU needs because of this option, besides what its groups need.
    var capabilities: [CapabilityRow] {
        switch name {
        case "netdev", "nic", "net": ofNetwork
        case "device": ofDevice
        // A source connects there.
        case "incoming":
            self["channel-type"]?.hasPrefix("tcp:") == true || anyValue(of: "port") { _ in true }
                ? [.keep(.net_bind_service, because: "its port may be below 1024")] : []
        case "object": ofObject
        case "cdrom": []
        case "chardev", "spice", "serial", "parallel", "monitor", "qmp", "qmp-pretty", "vnc", "gdb",
            "debugcon", "qtest":
            listensToNetwork
                ? [.keep(.net_bind_service, because: "its port may be below 1024")] : []
        default:
            OptionSyntax.namesFiles(name) && anyValue(of: "driver") { $0 == "nvme" }
                ? CapabilityRow.passThrough : []
        }
    }

    private var ofNetwork: [CapabilityRow] {
        switch self["type"] {
        case "tap", "bridge": isOpened ? [] : [.opensInterface]
        case "vhost-vdpa":
            isOpened
                ? []
                : [
                    .opensInterface,
                    .keep(.ipc_lock, because: "vhost-vdpa locks the guest's memory"),
                ]
        case "user", nil:
            properties.contains { $0.key.hasPrefix("hostfwd") }
                ? [.keep(.net_bind_service, because: "a forwarded port may be below 1024")] : []
        case "socket", "stream", "dgram":
            [.keep(.net_bind_service, because: "its port may be below 1024")]
        default: []
        }
    }

    /// By somebody else, who hands on its descriptor.
    private var isOpened: Bool {
        self["fd"] != nil || self["fds"] != nil || self["vhostfd"] != nil
    }

    private var ofDevice: [CapabilityRow] {
        guard let driver = self["driver"] else { return [] }
        if driver.hasPrefix("vfio-") { return CapabilityRow.passThrough }
        if driver.hasPrefix("vhost-vdpa") {
            return [.keep(.ipc_lock, because: "vhost-vdpa locks the guest's memory")]
        }
        switch driver {
        case "scsi-block", "scsi-generic":
            return [
                .keep(
                    .sys_rawio,
                    because: "SCSI commands other than the harmless ones (block/scsi_ioctl.c)"
                )
            ]
        default: return []
        }
    }

    private var ofObject: [CapabilityRow] {
        switch self["qom-type"] {
        case "sev-guest", "sev-snp-guest", "tdx-guest":
            [.keep(.ipc_lock, because: "the guest's memory is pinned (arch/x86/kvm/svm/sev.c)")]
        case "iommufd": CapabilityRow.passThrough
        default: []
        }
    }

    private var listensToNetwork: Bool {
        if name == "vnc" {
            return self["vnc"].map { !$0.hasPrefix("unix:") && $0 != "none" } ?? false
        }
        if name == "spice" { return self["port"] != nil || self["tls-port"] != nil }
        return self["port"] != nil || self["websocket"] != nil
            || (self["value"].map { value in
                ["tcp:", "telnet:", "udp:", "mon:tcp:", "mon:telnet:", "websocket:"].contains {
                    (prefix: StaticString) in value.hasPrefix(prefix)
                }
            } ?? false)
    }
}

extension CapabilityRow {
    fileprivate static let opensInterface = keep(
        .net_admin,
        because: "makes or opens the interface (drivers/net/tun.c)"
    )

    fileprivate static let passThrough: [CapabilityRow] = [
        .keep(.ipc_lock, because: "the device writes into locked memory (drivers/vfio)"),
        .keep(.sys_rawio, because: "groups without an IOMMU (drivers/vfio/group.c)"),
    ]
}
