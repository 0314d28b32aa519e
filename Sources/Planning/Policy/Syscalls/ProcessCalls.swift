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
                    + " nobody knows in advance"
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
            .allow(.umount2, because: "ip netns removes the /sys of the previous namespace"),
            .allow(
                .unshare,
                when: .flags(0, without: CloneFlag.namespacesOtherThanNetworkAndMounts),
                because: "ip netns makes namespaces of the network and of mounts"
            ),
        ]
    )
}

extension SyscallGroup {
    /// For tap scripts, the bridge helper, `exec:` channels and everything else that QEMU starts.
    ///
    /// Wide on purpose: the filter is inherited, and what Proxmox's network scripts run (perl, ip,
    /// bridge, tc, ovs-vsctl, systemctl, sh) is ordinary software. `modprobe` and `mount` fail all the
    /// same; `ip netns` has ``networkNamespaces``.
    package static let spawn = SyscallGroup(
        "spawn",
        purpose: "QEMU starts programs: tap scripts, bridge helper, exec: channels",
        demand: "a tap script, -netdev bridge, an exec: channel, a VM of Proxmox (-id), or"
            + " 'spawn allow' in launcher.conf",
        capabilities: .ofPrograms,
        rules: [
            .allow(.arch_prctl, because: "programs of every C library"),
            .allow(.capset, because: "programs give up rights that they do not need"),
            .allow(.chmod, because: "programs make files"),
            .allow(.chown, because: "programs make files"),
            .allow(
                .clone,
                when: .flags(0, without: CloneFlag.namespaces),
                because: "starts the program"
            ),
            .allow(.execve, because: "starts the program"),
            .allow(.execveat, because: "starts the program"),
            .allow(.fchmod, because: "programs make files"),
            .allow(.fchmodat, because: "programs make files"),
            .allow(.fchmodat2, because: "programs make files"),
            .allow(.fchown, because: "programs make files"),
            .allow(.fchownat, because: "programs make files"),
            .allow(.fork, because: "starts the program"),
            .allow(.fremovexattr, because: "smbd, and programs that copy files"),
            .allow(.fsetxattr, because: "programs copy files"),
            .allow(.futimesat, because: "programs make files"),
            .allow(.ioprio_get, because: "systemctl and shells"),
            .allow(.ioprio_set, because: "systemctl and shells"),
            .allow(.kill, because: "shells and services end what they started"),
            .allow(.landlock_add_rule, because: "programs confine themselves further"),
            .allow(.landlock_create_ruleset, because: "programs confine themselves further"),
            .allow(.landlock_restrict_self, because: "programs confine themselves further"),
            .allow(.lchown, because: "programs make files"),
            .allow(.listmount, because: "systemctl lists mounts"),
            .allow(.lremovexattr, because: "smbd, and programs that copy files"),
            .allow(.lsetxattr, because: "programs copy files"),
            .allow(.mknod, because: "named pipes of shells"),
            .allow(.mknodat, because: "named pipes of shells"),
            .allow(.mlockall, because: "ovs-vsctl and watchdogs stay in memory"),
            .allow(.munlockall, because: "ovs-vsctl and watchdogs stay in memory"),
            .allow(.name_to_handle_at, because: "systemctl tells mount points apart"),
            .allow(.pidfd_open, because: "systemctl and GLib wait for a process"),
            .allow(.pidfd_send_signal, because: "systemctl and GLib end a process"),
            .allow(.prctl, because: "programs set up themselves and what they start"),
            .allow(.prlimit64, because: "ulimit and systemctl"),
            .allow(.removexattr, because: "smbd, and programs that copy files"),
            .allow(.rt_sigqueueinfo, because: "programs signal what they started"),
            .allow(.rt_tgsigqueueinfo, because: "threads of programs"),
            .allow(.sched_setaffinity, because: "taskset in a script"),
            .allow(.sched_setattr, because: "GLib gives pool threads their starter's scheduling"),
            .allow(.sched_setparam, because: "chrt in a script"),
            .allow(.sched_setscheduler, because: "chrt in a script"),
            .allow(.semctl, because: "System V semaphores of scripts"),
            .allow(.semget, because: "System V semaphores of scripts"),
            .allow(.semop, because: "System V semaphores of scripts"),
            .allow(.semtimedop, because: "System V semaphores of scripts"),
            .allow(.setfsgid, because: "programs change who they are"),
            .allow(.setfsuid, because: "programs change who they are"),
            .allow(.setgid, because: "programs change who they are"),
            .allow(.setgroups, because: "programs change who they are"),
            .allow(.setpgid, because: "shells have jobs"),
            .allow(.setpriority, because: "nice in a script"),
            .allow(.setregid, because: "programs change who they are"),
            .allow(.setresgid, because: "programs change who they are"),
            .allow(.setresuid, because: "programs change who they are"),
            .allow(.setreuid, because: "programs change who they are"),
            .allow(.setsid, because: "programs that go into the background"),
            .allow(.setuid, because: "programs change who they are"),
            .allow(.setxattr, because: "programs copy files"),
            .allow(.shmat, because: "pmxcfs clients and perl"),
            .allow(.shmctl, because: "pmxcfs clients and perl"),
            .allow(.shmdt, because: "pmxcfs clients and perl"),
            .allow(.shmget, because: "pmxcfs clients and perl"),
            .allow(
                .socket,
                because: "ip, tc, ethtool, ovs-vsctl: netlink, packet, and what else they may need"
            ),
            .allow(.socketpair, because: "what programs may need"),
            .allow(.statmount, because: "systemctl lists mounts"),
            .allow(.symlink, because: "programs make files"),
            .allow(.symlinkat, because: "programs make files"),
            .allow(.tee, because: "coreutils"),
            .allow(.tgkill, because: "threads of programs; their abort"),
            .allow(.tkill, because: "threads of programs"),
            .allow(
                .unshare,
                when: .flags(0, without: CloneFlag.namespaces),
                because: "smbd gives each thread its own working directory"
            ),
            .allow(.utime, because: "programs make files"),
            .allow(.utimensat, because: "programs make files"),
            .allow(.utimes, because: "programs make files"),
            .allow(.vfork, because: "starts the program"),
        ]
    )
}

extension SyscallGroup {
    /// For `-object thread-context`, sound and graphics.
    package static let scheduling = SyscallGroup(
        "scheduling",
        purpose: "threads on chosen processors, or with a higher priority",
        demand: "-object thread-context, -display gtk or sdl, or -audiodev",
        capabilities: [
            .keep(.sys_nice, because: "threads get their own priority or policy")
        ],
        rules: [
            .allow(.ioprio_get, because: "asks before it changes"),
            .allow(.ioprio_set, because: "priority of disk threads"),
            .allow(
                .sched_setaffinity,
                because: "-object thread-context, audio and graphics threads"
            ),
            .allow(.sched_setattr, because: "audio and graphics threads run in time"),
            .allow(.sched_setparam, because: "audio and graphics threads run in time"),
            .allow(.sched_setscheduler, because: "audio and graphics threads run in time"),
            .allow(.setpriority, because: "audio and graphics threads run in time"),
        ]
    )

    /// For `-object secret_keyring`.
    package static let keyring = SyscallGroup(
        "keyring",
        purpose: "a secret in the kernel's keyring",
        demand: "-object secret_keyring",
        capabilities: [],
        rules: [
            .allow(
                .keyctl,
                when: .int(0, equals: RequestCode.readKey),
                because: "-object secret_keyring reads the key"
            )
        ]
    )
}
