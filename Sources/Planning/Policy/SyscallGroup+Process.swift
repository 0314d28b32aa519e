extension SyscallGroup {
    /// For `-daemonize`.
    package static let daemonize = SyscallGroup(
        "daemonize",
        purpose: "the caller goes on while QEMU runs in the background",
        demand: "-daemonize",
        capabilities: [],
        rules: [
            .allow(
                .clone,
                when: .int(0, equals: CloneFlag.fork),
                because: "-daemonize forks twice, as the C library makes a fork"
            ),
            .allow(.fork, because: "-daemonize forks twice"),
            .allow(.setsid, because: "-daemonize leaves the caller's session"),
            .allow(
                .tgkill,
                because: "wakes vCPU threads of the process that the second fork makes, whose ID"
                    + " nobody knows before"
            ),
        ]
    )

    /// For `-async-teardown` and `-run-with async-teardown=on`.
    package static let asyncTeardown = SyscallGroup(
        "async-teardown",
        purpose: "a second process frees the guest's memory after the first has ended",
        demand: "-run-with async-teardown=on",
        capabilities: [],
        rules: [
            .allow(
                .clone,
                when: .int(0, equals: UInt32(CloneFlag.sharedMemory)),
                because: "async-teardown makes a process that shares all memory"
            )
        ]
    )

    /// For `-runas` and `-run-with user=`.
    package static let identity = SyscallGroup(
        "identity",
        purpose: "QEMU stops being root once it is set up",
        demand: "-runas or -run-with user=",
        capabilities: [
            .keep(.setgid, because: "QEMU changes its groups"),
            .keep(.setuid, because: "QEMU changes its user"),
        ],
        rules: [
            .allow(.setgid, because: "gives up root"),
            .allow(.setgroups, because: "gives up root"),
            .allow(.setregid, because: "gives up root"),
            .allow(.setresgid, because: "gives up root"),
            .allow(.setresuid, because: "gives up root"),
            .allow(.setreuid, because: "gives up root"),
            .allow(.setuid, because: "gives up root"),
        ]
    )

    /// For `-chroot` and `-run-with chroot=`.
    package static let chroot = SyscallGroup(
        "chroot",
        purpose: "QEMU sees only one folder once it is set up",
        demand: "-chroot or -run-with chroot=",
        capabilities: [.keep(.sys_chroot, because: "QEMU changes its root")],
        rules: [
            .allow(.chroot, because: "QEMU's own option")
        ]
    )

    /// For a network script of the operator's own, which may work in another network namespace.
    package static let networkNamespaces = SyscallGroup(
        "netns",
        purpose: "network scripts enter or make network namespaces (ip netns)",
        demand: "a network script that is not Proxmox's own",
        capabilities: [
            .keep(
                .sys_admin,
                because: "ip netns mounts, and makes and enters namespaces (fs/namespace.c)"
            )
        ],
        rules: [
            .allow(.mount, because: "ip netns shows the namespace's own /sys, and keeps new ones"),
            .allow(
                .setns,
                when: .int(1, equals: CloneFlag.newNetwork),
                because: "ip netns exec enters the namespace"
            ),
            .allow(.umount2, because: "ip netns takes away the /sys of the namespace before"),
            .allow(
                .unshare,
                when: .flags(0, without: CloneFlag.namespacesOtherThanNetworkAndMounts),
                because: "ip netns makes namespaces of the network and of mounts"
            ),
        ]
    )
}
