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
}
