extension SyscallGroup {
    /// For displays with windows or OpenGL, and for sound of the host.
    package static let desktop = SyscallGroup(
        "desktop",
        purpose: "windows, OpenGL and sound through the libraries of the host",
        demand: "-display gtk, sdl, dbus or egl-headless, or -audiodev",
        capabilities: [
            .keep(.ipc_lock, because: "JACK locks shared memory, regardless of RLIMIT_MEMLOCK")
        ],
        rules: [
            .allow(.kcmp, because: "Mesa checks whether two descriptors are one device"),
            .allow(.listmount, because: "GIO watches mounts"),
            .allow(.name_to_handle_at, because: "GIO watches mounts"),
            .allow(.semctl, because: "ALSA mixes through shared memory"),
            .allow(.semget, because: "ALSA mixes through shared memory"),
            .allow(.semop, because: "ALSA mixes through shared memory"),
            .allow(.semtimedop, because: "ALSA mixes through shared memory"),
            .allow(.shmat, because: "X11 and ALSA share pictures and sound"),
            .allow(.shmctl, because: "X11 and ALSA share pictures and sound"),
            .allow(.shmdt, because: "X11 and ALSA share pictures and sound"),
            .allow(.shmget, because: "X11 and ALSA share pictures and sound"),
            .allow(.statmount, because: "GIO watches mounts"),
        ]
    )

    /// For `-virtfs` and `-fsdev`: the calls that QEMU 7.2 to 11.1 make for everything that a guest
    /// does, with each security model (hw/9pfs/9p-local.c), which uses a descriptor of the folder
    /// where it can.
    package static let sharedFolder = SyscallGroup(
        "shared-folder",
        purpose: "the guest makes files in a folder of the host (9p)",
        demand: "-virtfs or -fsdev",
        capabilities: .ofSharedFolders,
        rules: [
            .allow(.chmod, because: "the guest changes a mode"),
            .allow(.fchmod, because: "mapped-file keeps modes in separate files"),
            .allow(.fchownat, because: "the guest changes an owner"),
            .allow(.lremovexattr, because: "the guest removes an attribute"),
            .allow(.lsetxattr, because: "the guest sets one; mapped-xattr keeps owners in some"),
            .allow(.mknodat, because: "the guest makes a device or a pipe"),
            .allow(.symlinkat, because: "the guest makes a link"),
            .allow(.utimensat, because: "the guest sets a time"),
        ]
    )

    /// For `rss=on`.
    package static let ebpf = SyscallGroup(
        "ebpf",
        purpose: "receive-side scaling in the kernel",
        demand: "rss=on of a virtio-net device",
        capabilities: [
            .keep(.bpf, because: "QEMU loads its program"),
            .keep(.net_admin, because: "QEMU attaches its program"),
        ],
        rules: [
            .allow(.bpf, because: "virtio-net with rss=on loads QEMU's program")
        ]
    )

    /// For `-object can-host-socketcan`.
    package static let can = SyscallGroup(
        "can",
        purpose: "the guest's CAN bus is a bus of the host",
        demand: "-object can-host-socketcan",
        capabilities: [],
        rules: [
            .allow(
                .socket,
                when: .int(0, equals: AddressFamily.can),
                because: "-object can-host-socketcan"
            )
        ]
    )

    /// For `-netdev af-xdp`.
    package static let afXDP = SyscallGroup(
        "af-xdp",
        purpose: "a network queue of the host's card, past its network stack",
        demand: "-netdev af-xdp",
        capabilities: [
            .keep(.bpf, because: "QEMU loads its program"),
            .keep(.ipc_lock, because: "the card writes into locked memory"),
            .keep(.net_admin, because: "QEMU attaches its program"),
            .keep(.net_raw, because: "AF_XDP sockets (net/xdp/xsk.c)"),
        ],
        rules: [
            .allow(.bpf, because: "-netdev af-xdp loads its program"),
            .allow(
                .socket,
                when:
                    .int(0, equals: AddressFamily.netlink),
                .int(2, equals: NetlinkProtocol.generic),
                because: "libbpf asks what the card can do"
            ),
            .allow(.socket, when: .int(0, equals: AddressFamily.xdp), because: "-netdev af-xdp"),
        ]
    )

    /// For `-netdev vde` and storage of Ceph.
    package static let sharedSockets = SyscallGroup(
        "shared-sockets",
        purpose: "sockets that the programs of other users may use",
        demand: "-netdev vde, or a disk of rbd",
        capabilities: [
            .keep(.chown, because: "libvdeplug gives its socket to the user of the switch"),
            .keep(.fowner, because: "and then changes its mode"),
        ],
        rules: [
            .allow(.chmod, because: "libvdeplug and Ceph's admin socket set their mode"),
            .allow(.chown, because: "libvdeplug gives its socket to the group of the switch"),
        ]
    )

    /// For exports that QMP makes (`block-export-add` of type `fuse`).
    ///
    /// libfuse of Debian 13 starts mount(8) and umount(8) as well, for /etc/mtab: there the setting
    /// `spawn allow` is needed besides.
    package static let fuse = SyscallGroup(
        "fuse",
        purpose: "a disk of the VM is a file of the host (FUSE export)",
        demand: "block-export-add of type fuse, which only QMP asks for",
        capabilities: [.keep(.sys_admin, because: "libfuse mounts the export (fs/namespace.c)")],
        rules: [
            .allow(.mount, because: "libfuse mounts the export if it can"),
            .allow(.umount2, because: "libfuse removes the export"),
        ]
    )

    /// For `-chardev pty,path=`, of QEMU 9.2 and newer.
    package static let terminalLink = SyscallGroup(
        "terminal-link",
        purpose: "a fixed name for a terminal that the kernel names",
        demand: "path= of -chardev pty",
        capabilities: [],
        rules: [
            .allow(.symlink, because: "-chardev pty,path= makes a link to the terminal")
        ]
    )
}

extension SyscallGroup {
    /// For `aio=io_uring`, and for VMs of Proxmox, whose disks default to it when hot-plugged.
    ///
    /// What goes through a ring no filter sees: with this group, the checks on `socket` are a hurdle
    /// and not a wall.
    package static let ioUring = SyscallGroup(
        "io-uring",
        purpose: "disks and event loops through rings that a filter cannot see into",
        demand: "aio=io_uring of a disk, or -id of Proxmox",
        capabilities: [
            .keep(.ipc_lock, because: "rings count as locked memory before Linux 5.12")
        ],
        rules: [
            .allow(.io_uring_enter, because: "submits and waits"),
            .allow(.io_uring_register, because: "registers descriptors and buffers"),
            .allow(.io_uring_setup, because: "makes a ring"),
        ]
    )

    /// For `-overcommit mem-lock=`.
    package static let memoryLock = SyscallGroup(
        "memory-lock",
        purpose: "guest memory that is never swapped out",
        demand: "-overcommit mem-lock=on",
        capabilities: [
            .keep(.ipc_lock, because: "all memory is locked, regardless of RLIMIT_MEMLOCK")
        ],
        rules: [
            .allow(.mlockall, because: "-overcommit mem-lock=on"),
            .allow(.munlockall, because: "-overcommit mem-lock=on"),
        ]
    )

    /// For `-numa` and memory backends with `host-nodes=` or `policy=`.
    package static let numa = SyscallGroup(
        "numa",
        purpose: "guest memory on chosen nodes",
        demand: "-numa, or host-nodes= or policy= of a memory backend",
        capabilities: [],
        rules: [
            .allow(.mbind, because: "host-nodes= and policy= of a memory backend")
        ]
    )

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

    /// For `-incoming`: whether the source will use postcopy is known only later. If the VM makes
    /// background snapshots, which QMP asks for, the configuration adds it.
    package static let postcopy = SyscallGroup(
        "postcopy",
        purpose: "the guest runs before all of its memory has arrived, or while it is saved",
        demand: "-incoming",
        capabilities: [
            .keep(
                .sys_ptrace,
                because: "userfaultfd of the kernel's own accesses, unless the sysctl"
                    + " vm.unprivileged_userfaultfd is set (fs/userfaultfd.c)"
            )
        ],
        rules: [
            .allow(
                .ioctl,
                when: .request(RequestCode.newUserFault),
                because: "QEMU 8.0 and newer ask the device first"
            ),
            .allow(
                .ioctl,
                when: .reads(ofType: 0xAA),
                because: "UFFDIO_*: which memory, and the pages for it"
            ),
            .allow(
                .mlockall,
                because: "locks memory again that -overcommit mem-lock=on had locked"
            ),
            .allow(.munlockall, because: "pages that are not there yet must not be locked"),
            .allow(.userfaultfd, because: "pages are fetched, or saved, when they are touched"),
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
