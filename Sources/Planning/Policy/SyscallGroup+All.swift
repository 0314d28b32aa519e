extension SyscallGroup {
    /// What an option or a setting may add to `Ruleset.base`.
    package static let features: [SyscallGroup] = [
        .spawn, .networkNamespaces, .daemonize, .asyncTeardown, .identity, .chroot, .ioUring,
        .memoryLock, .numa, .desktop, .scheduling, .sharedFolder, .postcopy, .keyring, .ebpf, .can,
        .afXDP, .ping, .tunnel, .rdma, .sharedSockets, .fuse, .terminalLink, .otherRequests,
    ]

    /// What `groups` in launcher.conf may add. Whether QEMU starts programs has a setting of its own.
    package static let settable: [SyscallGroup] = features.filter { $0.name != spawn.name }

    package static let all: [SyscallGroup] = Ruleset.base + features
}
