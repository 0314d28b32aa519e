extension StatedOption {
    /// The groups that QEMU needs because of this option, beyond what every VM gets.
    ///
    /// Options about vfio, usb, tap, vhost, sev, tdx and kvm are not here: what they need is in
    /// ``SyscallGroup/files``.
    var groups: [SyscallGroup] {
        if OptionSyntax.namesFiles(name) { return diskGroups }
        return switch name {
        case "async-teardown": [.asyncTeardown]
        case "audio", "audiodev": makesSound ? [.desktop, .scheduling] : []
        case "chardev": self["backend"] == "pty" && self["path"] != nil ? [.terminalLink] : []
        case "chroot": [.chroot]
        case "daemonize": [.daemonize]
        case "device": deviceGroups
        case "display": opensWindow ? [.desktop, .scheduling] : []
        case "fsdev", "virtfs": [.sharedFolder]
        case "global": self["property"] == "rss" ? [.ebpf] : []
        // Proxmox's own option: disks that it plugs in default to aio=io_uring, and may be Ceph's.
        case "id": [.ioUring, .sharedSockets]
        case "incoming": usesRDMA ? [.postcopy, .rdma] : [.postcopy]
        case "net", "netdev", "nic": networkGroups
        case "numa": [.numa]
        case "object": objectGroups
        case "overcommit": (self["mem-lock"] ?? "off") == "off" ? [] : [.memoryLock]
        case "run-with": runWithGroups
        case "runas": [.identity]
        case "spice": turnsOn("gl") ? [.desktop, .scheduling] : []
        default: []
        }
    }

    private var diskGroups: [SyscallGroup] {
        (usesRings ? [.ioUring] : []) + (usesCeph ? [.sharedSockets] : [])
    }

    /// By `driver=rbd`, or by a file name that says so.
    private var usesCeph: Bool {
        anyValue(of: "driver") { $0 == "rbd" }
            || properties.contains { $0.value.hasPrefix("rbd:") }
    }

    private var usesRDMA: Bool {
        self["channel-type"]?.hasPrefix("rdma:") == true
            || anyValue(of: "transport") { $0 == "rdma" }
    }

    private var networkGroups: [SyscallGroup] {
        switch self["type"] {
        case "af-xdp": [.afXDP]
        case "l2tpv3": [.tunnel]
        case "tap": runsForeignScript ? [.networkNamespaces] : []
        case "user": [.ping]
        case "vde": [.sharedSockets]
        default: []
        }
    }

    /// A script that is not Proxmox's own, which only sets up a bridge.
    private var runsForeignScript: Bool { tapScripts.contains { !Self.isProxmoxScript($0) } }

    /// As qemu-server names them (PVE/QemuServer.pm `print_netdev_full`, older and newer releases).
    private static func isProxmoxScript(_ path: ByteString) -> Bool {
        let beginnings: [StaticString] = [
            "/var/lib/qemu-server/pve-bridge", "/usr/libexec/qemu-server/pve-bridge",
        ]
        return beginnings.contains {
            path.hasPrefix($0)
        }
    }

    /// By `aio=io_uring`, or by a driver that is made of it (libblkio's `nvme-io_uring` and others).
    private var usesRings: Bool {
        anyValue(of: "aio") { $0 == "io_uring" }
            || anyValue(of: "driver") { $0.hasSuffix("io_uring") }
    }

    private var deviceGroups: [SyscallGroup] {
        var groups: [SyscallGroup] = turnsOn("rss") ? [.ebpf] : []
        guard let driver = self["driver"]?.text else { return groups }
        if driver.hasPrefix("virtio-"), driver.contains("-gl") {
            groups += [.desktop, .scheduling]
        }
        if driver == "pvrdma" { groups.append(.rdma) }
        return groups
    }

    private var objectGroups: [SyscallGroup] {
        switch self["qom-type"] {
        case "can-host-socketcan": return [.can]
        case "secret_keyring": return [.keyring]
        case "thread-context": return [.scheduling]
        default:
            let isPlaced = properties.contains {
                $0.key == "policy" || $0.key.hasPrefix("host-nodes")
            }
            return isPlaced ? [.numa] : []
        }
    }

    private var runWithGroups: [SyscallGroup] {
        var groups: [SyscallGroup] = turnsOn("async-teardown") ? [.asyncTeardown] : []
        if self["user"] != nil { groups.append(.identity) }
        if self["chroot"] != nil { groups.append(.chroot) }
        return groups
    }

    private var opensWindow: Bool {
        switch self["type"] {
        case nil, "none", "curses", "vnc": false
        default: true
        }
    }

    private var makesSound: Bool {
        switch self["driver"] {
        case nil, "none", "spice", "wav": false
        default: true
        }
    }
}

extension StatedOption {
    /// Whether QEMU starts another program because of this option.
    var startsProgram: Bool {
        switch name {
        case "netdev", "nic", "net": networkStartsProgram
        case "incoming":
            self["channel-type"]?.hasPrefix("exec:") == true
                || anyValue(of: "transport") { $0 == "exec" }
        // libjack starts the sound server.
        case "audio", "audiodev": self["driver"] == "jack" && startsSoundServer
        // virglrenderer starts virgl_render_server.
        case "device": turnsOn("venus")
        case "global": self["property"] == "venus" && self["value"] != "off"
        case "display": self["type"] == "spice-app"
        default: false
        }
    }

    /// Whether a library may start a program for its own ends, and the option works without: GTK may
    /// have a helper read its icons.
    var mayStartProgram: Bool { name == "display" && self["type"] == "gtk" }

    private var startsSoundServer: Bool {
        properties.contains { $0.key.hasSuffix("start-server") && $0.value != "off" }
    }

    /// Whether QEMU starts passt (QEMU 10.1 and newer), whose isolation.c unshares namespaces,
    /// mounts an empty folder and pivots into it.
    var startsPasst: Bool {
        switch name {
        case "netdev", "nic", "net": self["type"] == "passt"
        default: false
        }
    }

    private var networkStartsProgram: Bool {
        switch self["type"] {
        case "bridge", "passt": return true
        case "tap": return tapStartsProgram
        // The host's smbd, and a command for each connection that the guest makes.
        case "user":
            return self["smb"] != nil
                || properties.contains {
                    $0.key.hasPrefix("guestfwd") && ($0.value.text?.contains("-cmd:") ?? true)
                }
        default: return false
        }
    }

    private var tapStartsProgram: Bool { self["helper"] != nil || !tapScripts.isEmpty }

    /// QEMU runs /etc/qemu-ifup and /etc/qemu-ifdown unless the option names others; a tap that a
    /// helper or somebody else opens has no scripts (net/tap.c).
    var tapScripts: [ByteString] {
        guard self["helper"] == nil, self["fd"] == nil, self["fds"] == nil else { return [] }
        return [self["script"] ?? "/etc/qemu-ifup", self["downscript"] ?? "/etc/qemu-ifdown"]
            .filter { $0 != "no" }
    }
}
