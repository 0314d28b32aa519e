extension SyscallGroup {
    /// What has an honest use, but not in a VM whose command line does not show it: refused, so that
    /// the caller falls back or reports an error, and recorded unless every start tries it.
    ///
    /// The groups that features ask for allow what is refused here: of two similar rows, the more
    /// permissive one holds.
    package static let withheld = SyscallGroup(
        "withheld",
        purpose: "what a VM gets only if its command line asks for it",
        rules: [
            .deny(.add_key, because: "PAM and kernel file systems; QEMU only reads keys"),
            .deny(.adjtimex, because: "reads the clock's state; root can also set it"),
            .deny(
                .bpf,
                because: "virtio-net with rss=on loads a program, and without it steers in software"
            ),
            .deny(.capset, because: "only programs that QEMU starts change what they may do"),
            .deny(.chmod, because: "only programs that QEMU starts, and 9p, change modes"),
            .deny(.chown, because: "only programs that QEMU starts, and 9p, change owners"),
            .deny(.chroot, because: "-chroot, -run-with chroot="),
            .deny(.clock_adjtime, because: "reads the clock's state; root can also set it"),
            .deny(
                .delete_module,
                because: "modprobe in a tap script; loads and unloads code of the kernel"
            ),
            .unimplemented(.execve, because: "the launcher becomes QEMU, and nothing after that"),
            .unimplemented(.execveat, because: "the launcher becomes QEMU, and nothing after that"),
            .deny(.fanotify_init, because: "watches whole file systems"),
            .deny(.fanotify_mark, because: "watches whole file systems"),
            .deny(.fchmod, because: "only programs that QEMU starts, and 9p, change modes"),
            .deny(.fchmodat, because: "only programs that QEMU starts, and 9p, change modes"),
            .unimplemented(
                .fchmodat2,
                because: "only programs that QEMU starts, and 9p, change modes"
            ),
            .deny(.fchown, because: "only programs that QEMU starts, and 9p, change owners"),
            .deny(.fchownat, because: "only programs that QEMU starts, and 9p, change owners"),
            .deny(.finit_module, because: "modprobe in a tap script; loads code into the kernel"),
            .deny(.fork, because: "-daemonize, and if programs are started"),
            .deny(
                .fremovexattr,
                because: "only programs that QEMU starts, and 9p, do this"
            ),
            .unimplemented(
                .fsconfig,
                because: "mount(8) tries it, then mount; changes what paths mean"
            ),
            .deny(.fsetxattr, because: "only programs that QEMU starts, and 9p, do this"),
            .unimplemented(
                .fsmount,
                because: "mount(8) tries it, then mount; changes what paths mean"
            ),
            .unimplemented(
                .fsopen,
                because: "mount(8) tries it, then mount; changes what paths mean"
            ),
            .unimplemented(
                .fspick,
                because: "mount(8) tries it, then mount; changes what paths mean"
            ),
            .deny(.futimesat, because: "only programs that QEMU starts, and 9p, do this"),
            .deny(.get_robust_list, because: "asks about the threads of other processes"),
            .deny(.init_module, because: "insmod in a tap script; loads code into the kernel"),
            .unimplemented(
                .io_uring_enter,
                because: "aio=io_uring; event loops try it at the start and go on without it"
            ),
            .unimplemented(
                .io_uring_register,
                because: "aio=io_uring; event loops try it at the start and go on without it"
            ),
            .unimplemented(
                .io_uring_setup,
                because: "aio=io_uring; event loops try it at the start and go on without it"
            ),
            .deny(.ioprio_get, because: "priority of disk threads"),
            .deny(.ioprio_set, because: "priority of disk threads"),
            .deny(.kcmp, because: "GL libraries compare descriptors, and work without it"),
            .deny(.keyctl, because: "-object secret_keyring"),
            .unimplemented(
                .landlock_add_rule,
                because: "only programs that QEMU starts confine themselves further"
            ),
            .unimplemented(
                .landlock_create_ruleset,
                because: "only programs that QEMU starts confine themselves further"
            ),
            .unimplemented(
                .landlock_restrict_self,
                because: "only programs that QEMU starts confine themselves further"
            ),
            .deny(.lchown, because: "only programs that QEMU starts, and 9p, do this"),
            .unimplemented(.listmount, because: "GIO in windows, and programs that QEMU starts"),
            .deny(
                .lremovexattr,
                because: "only programs that QEMU starts, and 9p, do this"
            ),
            .deny(.lsetxattr, because: "only programs that QEMU starts, and 9p, do this"),
            .deny(.mbind, because: "host-nodes= and policy= of a memory backend"),
            .deny(.migrate_pages, because: "moves another process's memory"),
            .deny(.mknod, because: "only programs that QEMU starts, and 9p, do this"),
            .deny(.mknodat, because: "only programs that QEMU starts, and 9p, do this"),
            .deny(.mlockall, because: "-overcommit mem-lock=on"),
            .deny(.modify_ldt, because: "segments for 16-bit programs; a source of kernel bugs"),
            .deny(
                .mount,
                because:
                    "libfuse of a FUSE export, ip netns, and mount(8) in a script; changes what paths mean"
            ),
            .unimplemented(
                .mount_setattr,
                because: "mount(8) tries it, then mount; changes what paths mean"
            ),
            .unimplemented(
                .move_mount,
                because: "mount(8) tries it, then mount; changes what paths mean"
            ),
            .deny(.move_pages, because: "moves another process's memory"),
            .deny(.mq_getsetattr, because: "message queues, which QEMU does not use"),
            .deny(.mq_notify, because: "message queues, which QEMU does not use"),
            .deny(.mq_open, because: "message queues, which QEMU does not use"),
            .deny(.mq_timedreceive, because: "message queues, which QEMU does not use"),
            .deny(.mq_timedsend, because: "message queues, which QEMU does not use"),
            .deny(.mq_unlink, because: "message queues, which QEMU does not use"),
            .deny(.msgctl, because: "message queues, which QEMU does not use"),
            .deny(.msgget, because: "message queues, which QEMU does not use"),
            .deny(.msgrcv, because: "message queues, which QEMU does not use"),
            .deny(.msgsnd, because: "message queues, which QEMU does not use"),
            .deny(.munlockall, because: "-overcommit mem-lock=on, postcopy migration"),
            .deny(.name_to_handle_at, because: "GIO in windows, and programs that QEMU starts"),
            .deny(.open_by_handle_at, because: "opens files past the directories above them"),
            .unimplemented(
                .open_tree,
                because: "mount(8) tries it, then mount; changes what paths mean"
            ),
            .unimplemented(
                .open_tree_attr,
                because: "mount(8) tries it, then mount; changes what paths mean"
            ),
            .deny(
                .perf_event_open,
                because: "libraries count events and work without it; observes the kernel"
            ),
            .deny(.pidfd_getfd, because: "takes descriptors out of another process"),
            .unimplemented(.pidfd_open, because: "waits for a program that QEMU started"),
            .unimplemented(.pidfd_send_signal, because: "ends a program that QEMU started"),
            .deny(
                .pivot_root,
                because: "bubblewrap and passt confine themselves this way; changes what paths mean"
            ),
            .deny(
                .process_vm_readv,
                because: "crash handlers and RDMA libraries try it; reads another process's memory"
            ),
            .deny(
                .process_vm_writev,
                because: "RDMA libraries try it; writes another process's memory"
            ),
            .deny(.ptrace, because: "debuggers and crash handlers; takes over another process"),
            .deny(.quotactl, because: "smbd of -netdev user,smb= asks how much is left"),
            .deny(.quotactl_fd, because: "file servers ask how much is left"),
            .deny(.removexattr, because: "only programs that QEMU starts, and 9p, do this"),
            .deny(.request_key, because: "PAM and kernel file systems; QEMU only reads keys"),
            .deny(
                .sched_setaffinity,
                because: "-object thread-context, audio and graphics threads"
            ),
            .deny(.sched_setattr, because: "audio and graphics threads"),
            .deny(.sched_setparam, because: "audio and graphics threads"),
            .deny(.sched_setscheduler, because: "audio and graphics threads"),
            .deny(.semctl, because: "semaphores: sound, and programs that QEMU starts"),
            .deny(.semget, because: "semaphores: sound, and programs that QEMU starts"),
            .deny(.semop, because: "semaphores: sound, and programs that QEMU starts"),
            .deny(.semtimedop, because: "semaphores: sound, and programs that QEMU starts"),
            .deny(.set_mempolicy_home_node, because: "host-nodes= and policy= of a memory backend"),
            .deny(.setdomainname, because: "names the host"),
            .deny(.setfsgid, because: "only programs that QEMU starts change who they are"),
            .deny(.setfsuid, because: "only programs that QEMU starts change who they are"),
            .deny(.setgid, because: "-runas, -run-with user="),
            .deny(.setgroups, because: "-runas, -run-with user="),
            .deny(.sethostname, because: "names the host"),
            .deny(.setns, because: "ip netns in a script; enters another namespace"),
            .deny(.setpgid, because: "shells that QEMU starts have jobs"),
            .deny(.setpriority, because: "audio and graphics threads"),
            .deny(.setregid, because: "-runas, -run-with user="),
            .deny(.setresgid, because: "-runas, -run-with user="),
            .deny(.setresuid, because: "-runas, -run-with user="),
            .deny(.setreuid, because: "-runas, -run-with user="),
            .deny(.setsid, because: "-daemonize"),
            .deny(.setuid, because: "-runas, -run-with user="),
            .deny(.setxattr, because: "only programs that QEMU starts, and 9p, do this"),
            .deny(.shmat, because: "X11 and sound, and programs that QEMU starts"),
            .deny(.shmctl, because: "X11 and sound, and programs that QEMU starts"),
            .deny(.shmdt, because: "X11 and sound, and programs that QEMU starts"),
            .deny(.shmget, because: "X11 and sound, and programs that QEMU starts"),
            .unimplemented(.statmount, because: "GIO in windows, and programs that QEMU starts"),
            .deny(.symlink, because: "only programs that QEMU starts, and 9p, do this"),
            .deny(.symlinkat, because: "only programs that QEMU starts, and 9p, do this"),
            .deny(.syslog, because: "reads and clears the kernel's log"),
            .deny(.tee, because: "programs that QEMU starts"),
            .deny(.umount2, because: "ip netns and umount(8) in a script; changes what paths mean"),
            .deny(.unshare, because: "ip netns in a script; makes namespaces"),
            .deny(
                .userfaultfd,
                because: "postcopy, background snapshots; helps to exploit kernel bugs"
            ),
            .deny(.utime, because: "only programs that QEMU starts, and 9p, do this"),
            .deny(.utimensat, because: "only programs that QEMU starts, and 9p, do this"),
            .deny(.utimes, because: "only programs that QEMU starts, and 9p, do this"),
            .deny(.vfork, because: "if programs are started"),
            .deny(.vhangup, because: "hangs up a terminal"),
            .deny(.vmsplice, because: "gives pages away; a source of kernel bugs"),
        ]
    )
}

extension SyscallGroup {
    /// Answered as by a kernel that does not have it, and recorded.
    package static let unused = SyscallGroup(
        "unused",
        purpose: "what the kernel no longer has, or QEMU does not use yet",
        rules: [
            .unimplemented(._sysctl, because: "gone since Linux 5.5"),
            .unimplemented(.afs_syscall, because: "never there"),
            .unimplemented(.cachestat, because: "new; libraries work without it"),
            .unimplemented(.epoll_ctl_old, because: "never there"),
            .unimplemented(.epoll_wait_old, because: "never there"),
            .unimplemented(.file_getattr, because: "new; libraries work without it"),
            .unimplemented(.file_setattr, because: "new; libraries work without it"),
            .unimplemented(.futex_requeue, because: "new; libraries work without it"),
            .unimplemented(.futex_wait, because: "new; libraries work without it"),
            .unimplemented(.futex_wake, because: "new; libraries work without it"),
            .unimplemented(.get_kernel_syms, because: "gone since Linux 2.6"),
            .unimplemented(.get_thread_area, because: "for 32-bit programs"),
            .unimplemented(.getpmsg, because: "never there"),
            .unimplemented(.getxattrat, because: "new; libraries work without it"),
            .unimplemented(.listns, because: "new; libraries work without it"),
            .unimplemented(.listxattrat, because: "new; libraries work without it"),
            .unimplemented(.lsm_get_self_attr, because: "new; libraries work without it"),
            .unimplemented(.lsm_list_modules, because: "new; libraries work without it"),
            .unimplemented(.lsm_set_self_attr, because: "new; libraries work without it"),
            .unimplemented(.memfd_secret, because: "libraries fall back on mlock"),
            .unimplemented(.pkey_alloc, because: "libraries work without protection keys"),
            .unimplemented(.pkey_free, because: "libraries work without protection keys"),
            .unimplemented(.pkey_mprotect, because: "libraries work without protection keys"),
            .unimplemented(.process_madvise, because: "reaches into another process"),
            .unimplemented(.process_mrelease, because: "reaches into another process"),
            .unimplemented(.putpmsg, because: "never there"),
            .unimplemented(.query_module, because: "gone since Linux 2.6"),
            .unimplemented(
                .remap_file_pages,
                because: "removed in Linux 4.0, except for an emulation"
            ),
            .unimplemented(.removexattrat, because: "new; libraries work without it"),
            .unimplemented(.rseq_slice_yield, because: "new; libraries work without it"),
            .unimplemented(.security, because: "never there"),
            .unimplemented(.set_thread_area, because: "for 32-bit programs"),
            .unimplemented(.setxattrat, because: "new; libraries work without it"),
            .unimplemented(.sysfs, because: "numbers of file systems, as in System V"),
            .unimplemented(.tuxcall, because: "never there"),
            .unimplemented(.ustat, because: "gone; statfs took its place"),
            .unimplemented(.vserver, because: "never there"),
        ]
    )
}

extension SyscallGroup {
    /// What no QEMU, no library in it and no program that it starts ever does; doing it anyway is an
    /// attack. A call that an ordinary program tries and can do without is in ``withheld``.
    package static let forbidden = SyscallGroup(
        "forbidden",
        purpose: "what neither QEMU nor its helpers do",
        rules: [
            .kill(.acct, because: "process accounting writes to a file of the caller's choice"),
            .kill(.clock_settime, because: "the host's clock is not QEMU's to set"),
            .kill(.create_module, because: "loads code into the kernel (Linux 2.4)"),
            .kill(.ioperm, because: "direct access to I/O ports"),
            .kill(.iopl, because: "direct access to I/O ports"),
            .kill(.kexec_file_load, because: "replaces the host's kernel"),
            .kill(.kexec_load, because: "replaces the host's kernel"),
            .kill(.lookup_dcookie, because: "profiling interface, removed from Linux 6.11"),
            .kill(.nfsservctl, because: "kernel NFS server, removed from Linux 3.1"),
            .kill(.reboot, because: "stops the host"),
            .kill(.settimeofday, because: "the host's clock is not QEMU's to set"),
            .kill(.swapoff, because: "the host's swap is not QEMU's to change"),
            .kill(.swapon, because: "the host's swap is not QEMU's to change"),
            .kill(.uselib, because: "maps a program of the caller's choice (a.out)"),
        ]
    )
}
