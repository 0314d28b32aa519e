import Glibc
import Planning
import Testing

/// One system call of a launch, and the error it is to return.
struct Fault: CustomTestStringConvertible, Sendable {
    /// Counted from 0 in the order they are made.
    let thread: Int
    /// Of all calls of that thread, counted from 0.
    let ordinal: Int
    let call: Syscall
    let error: Int32

    var testDescription: String {
        unsafe "\(call.name) (call \(ordinal) of thread \(thread)): \(String(cString: strerror(error)))"
    }

    /// Errors that a call documents or that the kernel's memory and tables can cause, one of each
    /// kind that a program could tell apart. `EINTR` is among them wherever a signal can come in.
    static func errors(of call: Syscall) -> [Int32] {
        switch call {
        case .openat, .openat2:
            [ENOENT, EACCES, EMFILE, ENFILE, ENOMEM, EIO, EINTR, ENOSYS, ELOOP, ESTALE, EAGAIN]
        case .newfstatat, .fstat, .stat, .lstat, .statx, .fstatfs, .statfs:
            [EACCES, EIO, ENOMEM, ENOSYS, ESTALE, EINTR, ENOENT]
        case .read, .pread64: [EIO, EINTR, EAGAIN, ESTALE, EISDIR, ENOMEM]
        case .write, .pwrite64, .sendfile, .copy_file_range, .ftruncate, .fallocate:
            [ENOSPC, ENOMEM, EIO, EINTR, EFBIG, EPERM, EAGAIN, EINVAL]
        case .fcntl: [EMFILE, EINVAL, EPERM, EACCES, EAGAIN, ENOMEM, ENOLCK, EBUSY, EINTR]
        case .memfd_create: [ENOSYS, EINVAL, EMFILE, ENFILE, ENOMEM, EACCES, EPERM]
        case .fchmod: [EPERM, EROFS, EIO, EINTR]
        case .mmap, .mprotect, .munmap, .brk, .madvise, .mremap: [ENOMEM, EACCES, EPERM, EAGAIN]
        case .dup3, .dup2: [EBUSY, EINTR, EMFILE, EBADF]
        case .close: [EIO, EINTR]
        case .socket: [EMFILE, EAFNOSUPPORT, ENOBUFS, EACCES]
        case .connect, .sendto, .sendmsg: [ENOENT, ECONNREFUSED, EAGAIN, ENOBUFS, EINTR, EACCES]
        case .prctl: [EINVAL, EPERM, EACCES, ENOSYS]
        case .seccomp: [ENOSYS, EINVAL, EACCES, EPERM, ENOMEM, EBUSY, ESRCH]
        case .clone, .clone3: [EAGAIN, ENOMEM, EPERM, ENOSYS]
        case .poll, .ppoll: [EINTR, ENOMEM, EINVAL]
        case .ioctl: [EINTR, ENOENT, ENOMEM, EINVAL, EPERM]
        case .execve, .execveat:
            [ENOENT, EACCES, ENOMEM, E2BIG, ETXTBSY, EAGAIN, EIO, EPERM, ENOEXEC, ELOOP, EMFILE]
        // These cannot fail, by their man pages.
        case .getpid, .gettid, .getppid, .getuid, .geteuid, .getgid, .getegid, .umask,
            .set_tid_address, .set_robust_list, .sched_yield, .exit, .exit_group:
            []
        default: [EPERM, ENOSYS, ENOMEM, EINTR]
        }
    }

    /// Whether the launcher cannot answer for what then happens: these belong to the C library and
    /// the Swift runtime, which end the process where they get no memory and cannot set up a
    /// thread, and before the launcher runs where there is no /proc.
    var isOfTheRuntime: Bool {
        switch call {
        case .brk, .mmap, .mprotect, .munmap, .mremap, .madvise, .arch_prctl, .rseq,
            .readlink:
            true
        default: false
        }
    }
}
