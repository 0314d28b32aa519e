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
            .keep(.ipc_lock, because: "all memory is locked, whatever RLIMIT_MEMLOCK says")
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
        purpose: "threads on chosen processors, or before others",
        demand: "-object thread-context, -display gtk or sdl, or -audiodev",
        capabilities: [
            .keep(.sys_nice, because: "threads get a priority or a policy of their own")
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

    /// For `-incoming`: whether the source will use postcopy is known only later. Where the VM makes
    /// background snapshots, which are asked for over QMP, the configuration adds it.
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
        purpose: "a secret that lies in the kernel's keyring",
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
