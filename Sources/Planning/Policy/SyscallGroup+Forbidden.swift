extension SyscallGroup {
    /// What no QEMU, no library in it and no program that it starts ever does; doing it anyway is an
    /// attack. A call that an ordinary program tries and can do without is in ``withheld``.
    package static let forbidden = SyscallGroup(
        "forbidden",
        purpose: "what no QEMU and no helper of it does",
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
