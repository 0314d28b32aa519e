extension SyscallGroup {
    /// What no QEMU and no program that QEMU starts ever does; doing it anyway is an attack.
    ///
    /// Left out on purpose, because somebody has an honest use for it and a fallback without:
    /// see ``withheld``.
    package static let forbidden = SyscallGroup(
        "forbidden",
        purpose: "what no QEMU and no helper of it does",
        rules: [
            .kill(.acct, because: "process accounting writes to a file of the caller's choice"),
            .kill(.clock_settime, because: "the host's clock is not QEMU's to set"),
            .kill(.create_module, because: "loads code into the kernel (Linux 2.4)"),
            .kill(.delete_module, because: "unloads code of the kernel"),
            .kill(.finit_module, because: "loads code into the kernel"),
            .kill(.fsconfig, because: "new mount interface: changes what paths mean"),
            .kill(.fsmount, because: "new mount interface: changes what paths mean"),
            .kill(.fsopen, because: "new mount interface: changes what paths mean"),
            .kill(.fspick, because: "new mount interface: changes what paths mean"),
            .kill(.init_module, because: "loads code into the kernel"),
            .kill(.ioperm, because: "direct access to I/O ports"),
            .kill(.iopl, because: "direct access to I/O ports"),
            .kill(.kexec_file_load, because: "replaces the host's kernel"),
            .kill(.kexec_load, because: "replaces the host's kernel"),
            .kill(.lookup_dcookie, because: "profiling interface, removed from Linux 6.11"),
            .kill(.mount, because: "changes what paths mean"),
            .kill(.mount_setattr, because: "changes what paths mean"),
            .kill(.move_mount, because: "changes what paths mean"),
            .kill(.nfsservctl, because: "kernel NFS server, removed from Linux 3.1"),
            .kill(.open_tree, because: "new mount interface: changes what paths mean"),
            .kill(.open_tree_attr, because: "new mount interface: changes what paths mean"),
            .kill(.perf_event_open, because: "observes the kernel and other processes"),
            .kill(.pivot_root, because: "changes what paths mean"),
            .kill(.process_vm_readv, because: "reads another process's memory"),
            .kill(.process_vm_writev, because: "writes another process's memory"),
            .kill(.ptrace, because: "takes over another process, and can skip a filter"),
            .kill(.quotactl, because: "disk quotas are not QEMU's to change"),
            .kill(.quotactl_fd, because: "disk quotas are not QEMU's to change"),
            .kill(.reboot, because: "stops the host"),
            .kill(.settimeofday, because: "the host's clock is not QEMU's to set"),
            .kill(.swapoff, because: "the host's swap is not QEMU's to change"),
            .kill(.swapon, because: "the host's swap is not QEMU's to change"),
            .kill(.umount2, because: "changes what paths mean"),
            .kill(.uselib, because: "maps a program of the caller's choice (a.out)"),
        ]
    )
}
