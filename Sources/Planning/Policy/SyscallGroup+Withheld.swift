extension SyscallGroup {
    /// What has an honest use, but not in a VM whose command line does not show it: refused with
    /// EPERM, so that the caller falls back or says what it missed, and recorded.
    package static let withheld = SyscallGroup(
        "withheld",
        purpose: "what a VM gets only where a feature asks for it",
        rules: [
            .deny(.add_key, because: "PAM and kernel file systems; QEMU only reads keys"),
            .deny(.adjtimex, because: "reads the clock's state, and as root also sets it"),
            .deny(.bpf, because: "virtio-net with rss=on loads a program, else steers in software"),
            .deny(.clock_adjtime, because: "reads the clock's state, and as root also sets it"),
            .deny(.fanotify_init, because: "watches whole file systems"),
            .deny(.kcmp, because: "GL libraries compare descriptors, and do without"),
            .deny(.keyctl, because: "-object secret_keyring reads a key"),
            .deny(.migrate_pages, because: "numactl moves another process's memory"),
            .deny(.modify_ldt, because: "segments for 16-bit programs; a source of kernel bugs"),
            .deny(.open_by_handle_at, because: "opens files past the directories above them"),
            .deny(.pidfd_getfd, because: "takes descriptors out of another process"),
            .deny(.request_key, because: "PAM and kernel file systems; QEMU only reads keys"),
            .deny(.setdomainname, because: "names the host"),
            .deny(.sethostname, because: "names the host"),
            .deny(.setns, because: "enters a namespace of another process"),
            .deny(.syslog, because: "reads and clears the kernel's log"),
            .deny(.unshare, because: "makes namespaces; threads of some libraries do without"),
            .deny(.userfaultfd, because: "postcopy migration; a help in exploiting kernel bugs"),
            .deny(.vhangup, because: "hangs up a terminal"),
        ]
    )
}
