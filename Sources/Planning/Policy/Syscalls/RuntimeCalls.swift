extension SyscallGroup {
    /// Part of every ruleset.
    package static let runtime = SyscallGroup(
        "runtime",
        purpose: "starting, running threads, taking signals, telling the time, ending",
        rules: [
            .allow(.alarm, because: "timeouts of libraries"),
            .allow(.capget, because: "libraries ask what they may do"),
            .allow(.clock_getres, because: "if the vDSO cannot answer"),
            .allow(.clock_gettime, because: "if the vDSO cannot answer"),
            .allow(.clock_nanosleep, because: "g_usleep, waiting for a monitor"),
            .allow(
                .clone,
                when: .flags(0, with: CloneFlag.thread, without: CloneFlag.namespaces),
                because: "starts a thread: vCPU, I/O thread, worker"
            ),
            .deny(
                .clone,
                because: "starts a process: only with -daemonize or if programs are started"
            ),
            .absent(
                .clone3,
                because:
                    "its flags are in memory, where a filter cannot see them; the C library falls"
                    + " back to clone"
            ),
            .allow(.exit, because: "a thread ends"),
            .allow(.exit_group, because: "the process ends"),
            .allow(.futex, because: "locks and conditions"),
            .allow(.futex_waitv, because: "locks and conditions"),
            .allow(.getcpu, because: "if the vDSO cannot answer"),
            .allow(.getegid, because: "libraries ask who they are"),
            .allow(.geteuid, because: "libraries ask who they are"),
            .allow(.getgid, because: "libraries ask who they are"),
            .allow(.getgroups, because: "libraries ask who they are"),
            .allow(.getitimer, because: "profiling timers of libraries"),
            .allow(.getpgid, because: "libraries ask who they are"),
            .allow(.getpgrp, because: "libraries ask who they are"),
            .allow(.getpid, because: "messages, lock files, names of sockets"),
            .allow(.getppid, because: "-run-with async-teardown watches its parent"),
            .allow(.getpriority, because: "libraries ask before they change it"),
            .allow(.getrandom, because: "keys, UUIDs, hash seeds, virtio-rng"),
            .allow(.getresgid, because: "libraries ask who they are"),
            .allow(.getresuid, because: "libraries ask who they are"),
            .allow(.getrlimit, because: "how many descriptors there may be"),
            .allow(.getrusage, because: "per-thread times of storage libraries"),
            .allow(.getsid, because: "libraries ask who they are"),
            .allow(.gettid, because: "thread names in QMP, per-thread signals"),
            .allow(.gettimeofday, because: "if the vDSO cannot answer"),
            .allow(.getuid, because: "libraries ask who they are"),
            .allow(.map_shadow_stack, because: "the C library gives threads shadow stacks"),
            .allow(.membarrier, because: "RCU of QEMU and of storage libraries"),
            .allow(.nanosleep, because: "waits of libraries"),
            .allow(.pause, because: "waiting for a signal"),
            .allow(
                .personality,
                when: .int(0, equals: RequestCode.currentPersonality),
                because: "asks without changing"
            ),
            .deny(.personality, because: "would make memory executable or its layout known"),
            .allow(.restart_syscall, because: "the kernel's own, after a stop and continue"),
            .allow(.rseq, because: "the C library registers every thread"),
            .allow(.rt_sigaction, because: "signal handlers"),
            .allow(.rt_sigpending, because: "signal handlers"),
            .allow(.rt_sigprocmask, because: "signal handlers"),
            .allow(.rt_sigreturn, because: "signal handlers"),
            .allow(.rt_sigsuspend, because: "signal handlers"),
            .allow(.rt_sigtimedwait, because: "KVM vCPU threads take their signals this way"),
            .allow(.sched_get_priority_max, because: "libraries ask before they change it"),
            .allow(.sched_get_priority_min, because: "libraries ask before they change it"),
            .allow(.sched_getaffinity, because: "how many CPUs there are"),
            .allow(.sched_getattr, because: "GLib gives pool threads their starter's scheduling"),
            .allow(.sched_getparam, because: "libraries ask before they change it"),
            .allow(.sched_getscheduler, because: "libraries ask before they change it"),
            .allow(.sched_rr_get_interval, because: "libraries ask before they change it"),
            .allow(.sched_yield, because: "spinning locks"),
            .decline(
                .seccomp,
                when: .flags(1, with: RequestCode.newListener, without: 0),
                because: "the listener could answer for ours; libseccomp probes it on every start"
            ),
            .allow(.seccomp, because: "QEMU's own -sandbox stacks on ours"),
            .allow(.set_robust_list, because: "the C library keeps locks of threads that died"),
            .allow(.set_tid_address, because: "the C library starts"),
            .allow(.setitimer, because: "profiling timers of libraries"),
            .allow(.setrlimit, because: "its own limits"),
            .allow(.sigaltstack, because: "coroutines, crash handlers of libraries"),
            .allow(.sysinfo, because: "how much memory there is"),
            .allow(.time, because: "if the vDSO cannot answer"),
            .allow(.timer_create, because: "POSIX timers: the host clock of the guest's timers"),
            .allow(.timer_delete, because: "POSIX timers"),
            .allow(.timer_getoverrun, because: "POSIX timers"),
            .allow(.timer_gettime, because: "POSIX timers"),
            .allow(.timer_settime, because: "POSIX timers"),
            .allow(.times, because: "processor time of storage libraries"),
            .allow(.umask, because: "-daemonize, and sockets that only the owner may use"),
            .allow(.uname, because: "kernel version, for what KVM and vhost offer"),
            .allow(
                .uprobe,
                because: "the kernel's own trampolines; from Linux 6.14 on no filter sees it"
            ),
            .allow(
                .uretprobe,
                because: "the kernel's own trampolines; from Linux 6.14 on no filter sees it"
            ),
            .allow(
                .wait4,
                because: "waits for the process's own children; QEMU asks until it is told"
            ),
            .allow(
                .waitid,
                because: "waits for the process's own children; libraries ask until they are told"
            ),
        ]
    )
}

extension SyscallGroup {
    /// Part of every ruleset.
    package static let events = SyscallGroup(
        "events",
        purpose: "waiting for descriptors, timers and signals",
        rules: [
            .allow(.epoll_create, because: "event loop of I/O threads, storage libraries"),
            .allow(.epoll_create1, because: "event loop of I/O threads, storage libraries"),
            .allow(.epoll_ctl, because: "event loop of I/O threads, storage libraries"),
            .allow(.epoll_pwait, because: "event loop of I/O threads, storage libraries"),
            .allow(.epoll_pwait2, because: "event loop of I/O threads, storage libraries"),
            .allow(.epoll_wait, because: "event loop of I/O threads, storage libraries"),
            .allow(.eventfd, because: "notifiers: irqfd, ioeventfd, vhost"),
            .allow(.eventfd2, because: "notifiers: irqfd, ioeventfd, vhost"),
            .allow(.poll, because: "main loop"),
            .allow(.ppoll, because: "main loop"),
            .allow(.pselect6, because: "libraries"),
            .allow(.select, because: "libraries"),
            .allow(.signalfd, because: "signals in the main loop"),
            .allow(.signalfd4, because: "signals in the main loop"),
            .allow(.timerfd_create, because: "timers of libusb and of storage libraries"),
            .allow(.timerfd_gettime, because: "timers of libusb and of storage libraries"),
            .allow(.timerfd_settime, because: "timers of libusb and of storage libraries"),
        ]
    )
}
