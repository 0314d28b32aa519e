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
