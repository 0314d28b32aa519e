extension SyscallGroup {
    /// For `-daemonize`.
    package static let daemonize = SyscallGroup(
        "daemonize",
        purpose: "the caller goes on while QEMU runs in the background",
        demand: "-daemonize",
        rules: [
            .allow(
                .clone,
                when: .flags(0, without: CloneFlag.sharedMemory | CloneFlag.namespaces),
                because: "-daemonize forks twice, without sharing memory"
            ),
            .allow(.fork, because: "-daemonize forks twice"),
            .allow(.setsid, because: "-daemonize leaves the caller's session"),
        ]
    )

    /// For `-async-teardown` and `-run-with async-teardown=on`.
    package static let asyncTeardown = SyscallGroup(
        "async-teardown",
        purpose: "a second process frees the guest's memory after the first has ended",
        demand: "-run-with async-teardown=on",
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
        rules: [
            .allow(.chroot, because: "QEMU's own option")
        ]
    )

    /// Unless `-daemonize` leaves the terminal behind.
    package static let terminal = SyscallGroup(
        "terminal",
        purpose: "QEMU stays in the foreground, perhaps on an operator's terminal",
        demand: "the absence of -daemonize",
        rules: [
            .deny(
                .ioctl,
                when: .int(1, equals: RequestCode.typeIntoTerminal),
                because: "types into the terminal, for the shell that comes after"
            ),
            .deny(
                .ioctl,
                when: .int(1, equals: RequestCode.pasteIntoConsole),
                because: "pastes into a console, for the shell that comes after"
            ),
        ]
    )
}
