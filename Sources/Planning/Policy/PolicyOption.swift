/// One option of QEMU's command line, as far as the policy looks at it.
struct PolicyOption {
    /// Without dashes.
    let name: String
    let value: ByteString?

    /// Why a group was selected that this option asks for.
    var cause: GroupCause { .option(name: name, value: value) }

    private var properties: OptionProperties { OptionProperties(value) }

    /// Whether `word` or `other` is anywhere in the value: a look that spares most options being
    /// parsed, since a command line may have thousands of them and few that matter here.
    private func mentions(_ word: StaticString, or other: StaticString? = nil) -> Bool {
        guard let value else { return false }
        let other = other ?? word
        let firsts = unsafe (word.utf8Start.pointee, other.utf8Start.pointee)
        let bytes = value.bytes.span
        for start in bytes.indices where bytes[start] == firsts.0 || bytes[start] == firsts.1 {
            if bytes.holds(word, from: start) || bytes.holds(other, from: start) { return true }
        }
        return false
    }
}

extension Span<UInt8> {
    fileprivate func holds(_ word: StaticString, from start: Int) -> Bool {
        let end = start + word.utf8CodeUnitCount
        return end <= count && holds(word, at: start..<end)
    }
}

extension PolicyOption {
    /// The groups that QEMU needs because of this option, beyond what every VM gets.
    ///
    /// Options about vfio, usb, tap, vhost, sev, tdx and kvm are not here: what they need is in
    /// ``SyscallGroup/files``.
    var groups: [SyscallGroup] {
        switch name {
        // First, since there may be many.
        case "device": deviceGroups
        case "async-teardown": [.asyncTeardown]
        case "audio", "audiodev": makesSound ? [.desktop, .scheduling] : []
        case "blockdev", "drive": usesRings ? [.ioUring] : []
        case "chroot": [.chroot]
        case "daemonize": [.daemonize]
        case "display": opensWindow ? [.desktop, .scheduling] : []
        case "fsdev", "virtfs": [.sharedFolder]
        case "global": properties.turnsOn("rss") ? [.ebpf] : []
        // Proxmox's own option: disks that it plugs in default to aio=io_uring.
        case "id": [.ioUring]
        case "incoming": [.postcopy]
        case "netdev", "nic": properties.type == "af-xdp" ? [.afXDP] : []
        case "numa": [.numa]
        case "object": objectGroups
        case "overcommit": (properties["mem-lock"] ?? "off") == "off" ? [] : [.memoryLock]
        case "run-with": runWithGroups
        case "runas": [.identity]
        case "set": value?.hasSuffix(".aio=io_uring") == true ? [.ioUring] : []
        case "spice": properties.turnsOn("gl") ? [.desktop, .scheduling] : []
        default: []
        }
    }

    private var usesRings: Bool {
        mentions("io_uring") && properties.anyValue(of: "aio") { $0 == "io_uring" }
    }

    private var deviceGroups: [SyscallGroup] {
        guard mentions("rss", or: "-gl") else { return [] }
        let properties = properties
        var groups: [SyscallGroup] = properties.turnsOn("rss") ? [.ebpf] : []
        if let type = properties.type, type.hasPrefix("virtio-"), type.contains("-gl") {
            groups += [.desktop, .scheduling]
        }
        return groups
    }

    private var objectGroups: [SyscallGroup] {
        let properties = properties
        switch properties.type {
        case "can-host-socketcan": return [.can]
        case "secret_keyring": return [.keyring]
        case "thread-context": return [.scheduling]
        default:
            let isPlaced = properties["host-nodes"] != nil || properties["policy"] != nil
            return isPlaced ? [.numa] : []
        }
    }

    private var runWithGroups: [SyscallGroup] {
        let properties = properties
        var groups: [SyscallGroup] = properties.turnsOn("async-teardown") ? [.asyncTeardown] : []
        if properties["user"] != nil { groups.append(.identity) }
        if properties["chroot"] != nil { groups.append(.chroot) }
        return groups
    }

    private var opensWindow: Bool {
        switch properties.type {
        case nil, "none", "curses", "vnc": false
        default: true
        }
    }

    private var makesSound: Bool {
        switch properties.type {
        case nil, "none", "spice", "wav": false
        default: true
        }
    }
}

extension PolicyOption {
    /// Whether QEMU starts another program because of this option.
    var startsProgram: Bool {
        switch name {
        case "netdev", "nic", "net": networkStartsProgram
        case "incoming": value?.hasPrefix("exec:") == true || properties["transport"] == "exec"
        case "display": properties.type == "spice-app"
        default: false
        }
    }

    /// Whether QEMU starts passt (QEMU 10.1 and newer), whose isolation.c unshares namespaces,
    /// mounts an empty folder and pivots into it.
    var startsPasst: Bool {
        switch name {
        case "netdev", "nic", "net": properties.type == "passt"
        default: false
        }
    }

    private var networkStartsProgram: Bool {
        let properties = properties
        switch properties.type {
        case "bridge", "passt": return true
        case "tap": return Self.tapStartsProgram(properties)
        // The host's smbd, and a command for each connection that the guest makes.
        case "user":
            return properties["smb"] != nil
                || properties.anyValue(of: "guestfwd") { $0.contains("-cmd:") }
                || properties.anyValue(of: "str") { $0.contains("-cmd:") }
        default: return false
        }
    }

    /// QEMU runs /etc/qemu-ifup and /etc/qemu-ifdown where nothing else is said; a tap that was
    /// opened by somebody else has no scripts (net/tap.c).
    private static func tapStartsProgram(_ properties: OptionProperties) -> Bool {
        if properties["helper"] != nil { return true }
        if properties["fd"] != nil || properties["fds"] != nil { return false }
        return properties["script"] != "no" || properties["downscript"] != "no"
    }
}
