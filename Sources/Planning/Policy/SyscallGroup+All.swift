extension SyscallGroup {
    /// What an option or a setting may add to `Ruleset.base`.
    package static let features: [SyscallGroup] = [
        .spawn, .daemonize, .asyncTeardown, .identity, .chroot, .ioUring, .memoryLock, .numa,
        .desktop, .scheduling, .sharedFolder, .postcopy, .keyring, .ebpf, .can, .afXDP, .terminal,
    ]

    package static let all: [SyscallGroup] = Ruleset.base + features
}
