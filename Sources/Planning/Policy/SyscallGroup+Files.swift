extension SyscallGroup {
    /// Part of every ruleset: a disk may be plugged in, and a dump written, at any time.
    ///
    /// KVM, vhost, tap, VFIO, USB, SEV and TDX differ only in the requests they make by `ioctl`, and
    /// need nothing else that is not here: that is why there are no groups of these names. Requests
    /// that none of them makes, and that reach beyond the VM, are refused by name.
    package static let files = SyscallGroup(
        "files",
        purpose: "opening, reading and writing disks, images, logs and devices",
        rules: [
            .allow(.access, because: "finds ROMs, keymaps, modules"),
            .allow(.chdir, because: "-daemonize goes to /"),
            .allow(.close, because: "descriptors"),
            .allow(.close_range, because: "descriptors that a child is not to have"),
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
            .allow(.fcntl, because: "descriptor flags, image locks, memfd seals"),
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
            .allow(
                .ioctl,
                when: .int(1, equals: RequestCode.runProcessor),
                because: "every exit of a vCPU: asked first, so that it stays fast"
            ),
            .deny(
                .ioctl,
                when: .int(1, equals: RequestCode.typeIntoTerminal),
                because: "types into a terminal, for the shell that comes after"
            ),
            .deny(
                .ioctl,
                when: .int(1, equals: RequestCode.pasteIntoConsole),
                because: "pastes into a console, for the shell that comes after"
            ),
            .deny(
                .ioctl,
                when: .int(1, equals: RequestCode.newUserFault),
                because: "userfaultfd by way of its device; postcopy, background snapshots"
            ),
            .deny(
                .ioctl,
                when: .int(1, equals: RequestCode.freezeFileSystem),
                because: "stops a file system of the host"
            ),
            .deny(
                .ioctl,
                when: .int(1, equals: RequestCode.thawFileSystem),
                because: "undoes a freeze that a backup relies on"
            ),
            .deny(
                .ioctl,
                when: .int(
                    1,
                    masked: RequestCode.typeMask,
                    equals: RequestCode.loopDevices
                ),
                because: "loop devices: makes disks of files, for the host to mount"
            ),
            .deny(
                .ioctl,
                when: .int(
                    1,
                    masked: RequestCode.directionAndTypeMask,
                    equals: RequestCode.deviceMapper
                ),
                because: "the device mapper: changes what the host's volumes are made of"
            ),
            .allow(.ioctl, because: "KVM, vhost, tap, VFIO, USB, SEV, TDX, disks, terminals"),
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
