extension SyscallGroup {
    /// Part of every ruleset: a disk may be plugged in, and a dump written, at any time.
    ///
    /// KVM, vhost, tap, VFIO, USB, SEV and TDX differ only in the requests they make by `ioctl`,
    /// and need nothing else that is not here. That is why there are no groups with these names.
    /// Which requests they make says ``requests``.
    package static let files = SyscallGroup(
        "files",
        purpose: "opening, reading and writing disks, images, logs and devices",
        rules: [
            .allow(.access, because: "finds ROMs, keymaps, modules"),
            .allow(.chdir, because: "-daemonize goes to /"),
            .allow(.close, because: "descriptors"),
            .allow(.close_range, because: "descriptors that a child must not have"),
            .allow(.copy_file_range, because: "block copy within one file system"),
            .allow(.creat, because: "images, logs"),
            .allow(.dup, because: "descriptors"),
            .allow(.dup2, because: "-daemonize closes its terminal"),
            .allow(.dup3, because: "descriptors"),
            .allow(.faccessat, because: "finds ROMs, keymaps, modules"),
            .allow(.faccessat2, because: "finds ROMs, keymaps, modules"),
            .allow(.fadvise64, because: "streams that are read once: migration"),
            .allow(.fallocate, because: "discard and write-zeroes of disks"),
            .allow(.fchdir, because: "QEMU keeps its working directory"),
            .allow(.fdatasync, because: "flush of disks"),
            .allow(.fgetxattr, because: "storage libraries read attributes"),
            .allow(.flistxattr, because: "storage libraries read attributes"),
            .allow(.flock, because: "image locks"),
            .allow(.fstat, because: "what a descriptor is"),
            .allow(.fstatfs, because: "huge pages, limits of direct I/O"),
            .allow(.fsync, because: "flush of disks"),
            .allow(.ftruncate, because: "growing images, memory files, dumps"),
            .allow(.getcwd, because: "relative paths"),
            .allow(.getdents, because: "lists of devices and processors"),
            .allow(.getdents64, because: "lists of devices and processors"),
            .allow(.getxattr, because: "storage libraries read attributes"),
            .allow(.inotify_add_watch, because: "-object authz-list-file and MTP watch files"),
            .allow(.inotify_init, because: "-object authz-list-file and MTP watch files"),
            .allow(.inotify_init1, because: "-object authz-list-file and MTP watch files"),
            .allow(.inotify_rm_watch, because: "-object authz-list-file and MTP watch files"),
            .allow(.lgetxattr, because: "9p shows attributes; libraries read them"),
            .allow(.link, because: "lock files of libraries"),
            .allow(.linkat, because: "unnamed temporary files get a name"),
            .allow(.listxattr, because: "storage libraries read attributes"),
            .allow(.llistxattr, because: "storage libraries read attributes"),
            .allow(.lseek, because: "holes of images"),
            .allow(.lstat, because: "what a path is"),
            .allow(.mkdir, because: "caches of shaders, folders of MTP"),
            .allow(.mkdirat, because: "caches of shaders, folders of MTP"),
            .allow(.newfstatat, because: "what a path is"),
            .allow(.open, because: "older C libraries"),
            .allow(.openat, because: "disks, images, devices, now and when hot-plugged"),
            .allow(.openat2, because: "libraries that open beneath a folder"),
            .allow(.pipe, because: "QEMU's own notifiers"),
            .allow(.pipe2, because: "QEMU's own notifiers"),
            .allow(.pread64, because: "disk images"),
            .allow(.preadv, because: "disk images"),
            .allow(.preadv2, because: "disk images"),
            .allow(.pwrite64, because: "disk images"),
            .allow(.pwritev, because: "disk images"),
            .allow(.pwritev2, because: "disk images"),
            .allow(.read, because: "descriptors of every kind"),
            .allow(.readahead, because: "storage libraries"),
            .allow(.readlink, because: "/proc/self/exe, sysfs of a passed-through device"),
            .allow(.readlinkat, because: "sysfs of a passed-through device"),
            .allow(.readv, because: "disks, sockets"),
            .allow(.rename, because: "screen dumps and state files take the place of old ones"),
            .allow(.renameat, because: "screen dumps and state files take the place of old ones"),
            .allow(.renameat2, because: "screen dumps and state files take the place of old ones"),
            .allow(.rmdir, because: "folders of MTP"),
            .allow(.sendfile, because: "copies by storage and backup libraries"),
            .allow(.splice, because: "copies by storage and backup libraries"),
            .allow(.stat, because: "what a path is"),
            .allow(.statfs, because: "huge pages, what file system an image lies on"),
            .allow(.statx, because: "limits of direct I/O, birth times for 9p"),
            .allow(.sync, because: "storage libraries"),
            .allow(.sync_file_range, because: "storage libraries"),
            .allow(.syncfs, because: "storage libraries"),
            .allow(.truncate, because: "growing images"),
            .allow(.unlink, because: "sockets, PID file, -snapshot's temporary file"),
            .allow(.unlinkat, because: "sockets, PID file, -snapshot's temporary file"),
            .allow(.write, because: "descriptors of every kind"),
            .allow(.writev, because: "disks, sockets, monitors"),
        ]
    )
}

extension SyscallGroup {
    /// Part of every ruleset: QEMU's `aio=native` is what a hot-plugged disk without cache gets.
    package static let diskIO = SyscallGroup(
        "disk-io",
        purpose: "Linux native I/O, which a disk may ask for when it is hot-plugged",
        rules: [
            .allow(.io_cancel, because: "aio=native of a disk"),
            .allow(.io_destroy, because: "aio=native of a disk"),
            .allow(.io_getevents, because: "aio=native of a disk"),
            .allow(.io_pgetevents, because: "aio=native of a disk"),
            .allow(.io_setup, because: "aio=native of a disk"),
            .allow(.io_submit, because: "aio=native of a disk"),
        ]
    )

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
}
