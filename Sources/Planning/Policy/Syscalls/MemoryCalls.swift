extension SyscallGroup {
    /// Part of every ruleset.
    package static let memory = SyscallGroup(
        "memory",
        purpose: "guest memory, hot-plugged memory, mappings of devices and files",
        rules: [
            .allow(.brk, because: "the C library's heap"),
            .allow(.get_mempolicy, because: "libnuma asks what there is, on every start"),
            .allow(
                .madvise,
                because: "guest memory: huge pages, not in dumps, given back by the balloon"
            ),
            .allow(.memfd_create, because: "memory-backend-memfd, vhost-user, sealed firmware"),
            .allow(.mincore, because: "libpmem asks what is resident"),
            .allow(.mlock, because: "keys that must not be swapped out"),
            .allow(.mlock2, because: "keys that must not be swapped out"),
            .allow(.mmap, because: "guest memory, devices, libraries"),
            .allow(.mprotect, because: "libraries, guard pages, TCG code"),
            .allow(.mremap, because: "growing buffers of displays and disks"),
            .allow(.mseal, because: "the C library seals what it has relocated"),
            .allow(.msync, because: "memory-backend-file, NVDIMM"),
            .allow(.munlock, because: "keys that must not be swapped out"),
            .allow(.munmap, because: "guest memory, devices, libraries"),
            .allow(.set_mempolicy, because: "libnuma probes its own thread on start"),
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
}
