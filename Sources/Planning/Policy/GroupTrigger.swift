/// Which options ask for which group.
struct GroupTrigger: Sendable {
    let group: SyscallGroup
    let isAskedForBy: @Sendable (PolicyOption) -> Bool

    init(_ group: SyscallGroup, _ isAskedForBy: @escaping @Sendable (PolicyOption) -> Bool) {
        self.group = group
        self.isAskedForBy = isAskedForBy
    }
}

extension GroupTrigger {
    /// In the order of `launcherctl policy`.
    static let all: [GroupTrigger] = [
        GroupTrigger(.daemonize) { $0.isOne(of: "daemonize") },
        GroupTrigger(.asyncTeardown) {
            $0.isOne(of: "async-teardown")
                || $0.isOne(of: "run-with") && $0.turnsOn("async-teardown")
        },
        GroupTrigger(.identity) {
            $0.isOne(of: "runas") || $0.isOne(of: "run-with") && $0["user"] != nil
        },
        GroupTrigger(.chroot) {
            $0.isOne(of: "chroot") || $0.isOne(of: "run-with") && $0["chroot"] != nil
        },
        GroupTrigger(.ioUring) {
            $0.isOne(of: "id")
                || $0.isOne(of: "drive", "blockdev", "device", "set")
                    && $0.anyValue(of: "aio") { $0 == "io_uring" }
                || $0.isOne(of: "set") && $0.value?.hasSuffix(".aio=io_uring") == true
        },
        GroupTrigger(.memoryLock) {
            $0.isOne(of: "overcommit") && $0["mem-lock"].map { $0 != "off" } == true
                || $0.isOne(of: "realtime")
        },
        GroupTrigger(.numa) {
            $0.isOne(of: "numa")
                || $0.isOne(of: "object") && ($0["host-nodes"] != nil || $0["policy"] != nil)
        },
        GroupTrigger(.desktop) { $0.opensWindow || $0.makesSound },
        GroupTrigger(.scheduling) {
            $0.opensWindow || $0.makesSound || $0.makesObject("thread-context")
        },
        GroupTrigger(.sharedFolder) { $0.isOne(of: "virtfs", "fsdev") },
        GroupTrigger(.postcopy) { $0.isOne(of: "incoming") },
        GroupTrigger(.keyring) { $0.makesObject("secret_keyring") },
        GroupTrigger(.ebpf) { $0.isOne(of: "device", "global") && $0.turnsOn("rss") },
        GroupTrigger(.can) { $0.makesObject("can-host-socketcan") },
        GroupTrigger(.afXDP) { $0.isOne(of: "netdev", "nic") && $0.type == "af-xdp" },
    ]
}

extension PolicyOption {
    fileprivate func makesObject(_ type: String) -> Bool {
        isOne(of: "object") && self.type == type
    }

    /// A display of the host's own, or one that draws with the host's OpenGL.
    fileprivate var opensWindow: Bool {
        switch name {
        case "display": !["none", "curses", "vnc"].contains(type ?? "none")
        case "spice": turnsOn("gl")
        case "device": type?.hasPrefix("virtio-") == true && type?.contains("-gl") == true
        default: false
        }
    }

    fileprivate var makesSound: Bool {
        isOne(of: "audiodev", "audio") && !["none", "spice", "wav"].contains(type ?? "none")
    }
}
