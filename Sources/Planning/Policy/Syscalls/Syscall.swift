/// A system call of x86_64, by the kernel's name; the raw value is its number.
///
/// Our own table, so that a rule may name a call that the installed libseccomp does not know yet
/// (2.5.4 ends at Linux 5.17): a name that is not here does not compile. Source: the kernel's
/// arch/x86/entry/syscalls/syscall_64.tbl, to Linux 7.0.
package enum Syscall: UInt32, CaseIterable, Sendable {
    // 0
    case read, write, open, close, stat, fstat, lstat, poll, lseek, mmap
    // 10
    case mprotect, munmap, brk, rt_sigaction, rt_sigprocmask, rt_sigreturn, ioctl, pread64
    case pwrite64, readv
    // 20
    case writev, access, pipe, select, sched_yield, mremap, msync, mincore, madvise, shmget
    // 30
    case shmat, shmctl, dup, dup2, pause, nanosleep, getitimer, alarm, setitimer, getpid
    // 40
    case sendfile, socket, connect, accept, sendto, recvfrom, sendmsg, recvmsg, shutdown, bind
    // 50
    case listen, getsockname, getpeername, socketpair, setsockopt, getsockopt, clone, fork, vfork
    case execve
    // 60
    case exit, wait4, kill, uname, semget, semop, semctl, shmdt, msgget, msgsnd
    // 70
    case msgrcv, msgctl, fcntl, flock, fsync, fdatasync, truncate, ftruncate, getdents, getcwd
    // 80
    case chdir, fchdir, rename, mkdir, rmdir, creat, link, unlink, symlink, readlink
    // 90
    case chmod, fchmod, chown, fchown, lchown, umask, gettimeofday, getrlimit, getrusage, sysinfo
    // 100
    case times, ptrace, getuid, syslog, getgid, setuid, setgid, geteuid, getegid, setpgid
    // 110
    case getppid, getpgrp, setsid, setreuid, setregid, getgroups, setgroups, setresuid, getresuid
    case setresgid
    // 120
    case getresgid, getpgid, setfsuid, setfsgid, getsid, capget, capset, rt_sigpending
    case rt_sigtimedwait, rt_sigqueueinfo
    // 130
    case rt_sigsuspend, sigaltstack, utime, mknod, uselib, personality, ustat, statfs, fstatfs
    case sysfs
    // 140
    case getpriority, setpriority, sched_setparam, sched_getparam, sched_setscheduler
    case sched_getscheduler, sched_get_priority_max, sched_get_priority_min, sched_rr_get_interval
    case mlock
    // 150
    case munlock, mlockall, munlockall, vhangup, modify_ldt, pivot_root, _sysctl, prctl
    case arch_prctl, adjtimex
    // 160
    case setrlimit, chroot, sync, acct, settimeofday, mount, umount2, swapon, swapoff, reboot
    // 170
    case sethostname, setdomainname, iopl, ioperm, create_module, init_module, delete_module
    case get_kernel_syms, query_module, quotactl
    // 180
    case nfsservctl, getpmsg, putpmsg, afs_syscall, tuxcall, security, gettid, readahead, setxattr
    case lsetxattr
    // 190
    case fsetxattr, getxattr, lgetxattr, fgetxattr, listxattr, llistxattr, flistxattr, removexattr
    case lremovexattr, fremovexattr
    // 200
    case tkill, time, futex, sched_setaffinity, sched_getaffinity, set_thread_area, io_setup
    case io_destroy, io_getevents, io_submit
    // 210
    case io_cancel, get_thread_area, lookup_dcookie, epoll_create, epoll_ctl_old, epoll_wait_old
    case remap_file_pages, getdents64, set_tid_address, restart_syscall
    // 220
    case semtimedop, fadvise64, timer_create, timer_settime, timer_gettime, timer_getoverrun
    case timer_delete, clock_settime, clock_gettime, clock_getres
    // 230
    case clock_nanosleep, exit_group, epoll_wait, epoll_ctl, tgkill, utimes, vserver, mbind
    case set_mempolicy, get_mempolicy
    // 240
    case mq_open, mq_unlink, mq_timedsend, mq_timedreceive, mq_notify, mq_getsetattr, kexec_load
    case waitid, add_key, request_key
    // 250
    case keyctl, ioprio_set, ioprio_get, inotify_init, inotify_add_watch, inotify_rm_watch
    case migrate_pages, openat, mkdirat, mknodat
    // 260
    case fchownat, futimesat, newfstatat, unlinkat, renameat, linkat, symlinkat, readlinkat
    case fchmodat, faccessat
    // 270
    case pselect6, ppoll, unshare, set_robust_list, get_robust_list, splice, tee, sync_file_range
    case vmsplice, move_pages
    // 280
    case utimensat, epoll_pwait, signalfd, timerfd_create, eventfd, fallocate, timerfd_settime
    case timerfd_gettime, accept4, signalfd4
    // 290
    case eventfd2, epoll_create1, dup3, pipe2, inotify_init1, preadv, pwritev, rt_tgsigqueueinfo
    case perf_event_open, recvmmsg
    // 300
    case fanotify_init, fanotify_mark, prlimit64, name_to_handle_at, open_by_handle_at
    case clock_adjtime, syncfs, sendmmsg, setns, getcpu
    // 310
    case process_vm_readv, process_vm_writev, kcmp, finit_module, sched_setattr, sched_getattr
    case renameat2, seccomp, getrandom, memfd_create
    // 320
    case kexec_file_load, bpf, execveat, userfaultfd, membarrier, mlock2, copy_file_range, preadv2
    case pwritev2, pkey_mprotect
    // 330
    case pkey_alloc, pkey_free, statx, io_pgetevents, rseq, uretprobe, uprobe

    // Numbers 337 to 423 are unused, to stay in step with the other architectures.
    case pidfd_send_signal = 424
    // 425
    case io_uring_setup, io_uring_enter, io_uring_register, open_tree, move_mount, fsopen
    case fsconfig, fsmount, fspick, pidfd_open
    // 435
    case clone3, close_range, openat2, pidfd_getfd, faccessat2, process_madvise, epoll_pwait2
    case mount_setattr, quotactl_fd, landlock_create_ruleset
    // 445
    case landlock_add_rule, landlock_restrict_self, memfd_secret, process_mrelease, futex_waitv
    case set_mempolicy_home_node, cachestat, fchmodat2, map_shadow_stack, futex_wake
    // 455
    case futex_wait, futex_requeue, statmount, listmount, lsm_get_self_attr, lsm_set_self_attr
    case lsm_list_modules, mseal, setxattrat, getxattrat
    // 465
    case listxattrat, removexattrat, open_tree_attr, file_getattr, file_setattr, listns
    case rseq_slice_yield
}

extension Syscall {
    /// The one with the highest number.
    package static let last = allCases.reduce(read) { $0.rawValue > $1.rawValue ? $0 : $1 }

    /// The kernel's name, as `ausyscall` and `strace` print it.
    package var name: String { String(describing: self) }
}
