import Foundation
import Glibc
import Planning
import TestSupport
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

/// What came of all faults, for the line that is printed at the end.
actor FaultTally {
    private(set) var faults = 0
    private(set) var started = 0
    private(set) var refused = 0
    private(set) var killed = 0
    private(set) var violations: [String] = []

    func add(_ outcome: Outcome, violation: String?) {
        faults += 1
        switch outcome.end {
        case .status(0): started += 1
        case .signal: killed += 1
        case .status, .timeout: refused += 1
        }
        if let violation { violations.append(violation) }
    }

    var summary: String {
        "\(faults) faults: \(started) started with the verified firmware, \(refused) refused,"
            + " \(killed) ended by the runtime for want of memory, \(violations.count) wrong"
    }
}

/// Every system call of a launch fails once, with every error it could. Either QEMU starts with
/// the verified firmware and confined, or nothing starts and the launcher says which operation
/// failed; and nothing is left behind.
@Suite(.launching, .needsProducts, .needsFirmware)
struct FaultTests {
    @Test(arguments: [true, false])
    func `a system call that fails never lets other firmware through`(
        firmware: Bool
    ) async throws {
        let store = try StagedHost()
        let launch = try FaultedLaunch(store: store, firmware: firmware)
        let faults = Self.faults(in: try await launch.calls())
        let (files, mounts) = (try store.listing(), try Self.mounts())
        let tally = FaultTally()

        try await Self.each(faults) { fault in
            let outcome = try await launch.run(with: fault)
            await tally.add(outcome, violation: Self.violation(fault, outcome))
        }

        let violations = await tally.violations
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
        #expect(try store.listing() == files)
        #expect(try Self.mounts() == mounts)
        #expect(try Processes.mentioning(store.path).isEmpty)
        #expect(await tally.started > 0)
        #expect(await tally.refused > 0)
        print("faults: \(firmware ? "custom firmware" : "pass-through"): \(await tally.summary)")
    }

    @Test func `reads and writes that do less than they were asked to are gone on with`()
        async throws
    {
        let store = try StagedHost()
        let launch = try FaultedLaunch(store: store, firmware: true)
        let transfers = try await launch.calls().filter { [.read, .write].contains($0.call) }
        try #require(!transfers.isEmpty)
        let tally = FaultTally()
        try await Self.each(Self.thinned(transfers)) { transfer in
            for count in [1, 4095] {
                let outcome = try await launch.run(
                    "short",
                    transfer.thread,
                    transfer.ordinal,
                    count
                )
                await tally.add(
                    outcome,
                    violation: outcome.end == FaultedLaunch.asWanted
                        ? nil : "\(transfer) of \(count) bytes: \(outcome.end) \(outcome.errors)"
                )
            }
        }
        let violations = await tally.violations
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
        print("faults: short reads and writes: \(await tally.summary)")
    }

    // MARK: - What is tried

    /// LAUNCHER_FAULTS=all tries every one; otherwise a row of the same calls, as copying an image
    /// makes, is represented by its beginning and its end.
    private static let triesAll =
        ProcessInfo.processInfo.environment["LAUNCHER_FAULTS"] == "all"

    private static func faults(in calls: [FaultedLaunch.Call]) -> [Fault] {
        thinned(calls).flatMap { call in
            Fault.errors(of: call.call).map { error in
                Fault(
                    thread: call.thread,
                    ordinal: call.ordinal,
                    call: call.call,
                    error: error
                )
            }
        }
    }

    private static func thinned(_ calls: [FaultedLaunch.Call]) -> [FaultedLaunch.Call] {
        guard !triesAll else { return calls }
        return Dictionary(grouping: calls) { $0.call }.values.flatMap { same in
            [.read, .write].contains(same[0].call) && same.count > 12
                ? Array(same.prefix(8) + same.suffix(4)) : same
        }
    }

    /// As many at a time as there are processors.
    private static func each<Element: Sendable>(
        _ elements: [Element],
        _ body: @escaping @Sendable (Element) async throws -> Void,
    ) async throws {
        var rest = elements[...]
        try await withThrowingTaskGroup { group in
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                if let element = rest.popFirst() { group.addTask { try await body(element) } }
            }
            while try await group.next() != nil {
                if let element = rest.popFirst() { group.addTask { try await body(element) } }
            }
        }
    }

    /// But for those that the matrix's scripts and exports make meanwhile.
    private static func mounts() throws -> [Substring] {
        try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8).split(separator: "\n")
            .filter { !$0.contains(" /run/netns") && !$0.contains("/qemu-launcher-matrix-") }
    }

    // MARK: - What is wrong

    /// - Returns: `nil` where the launch kept its promise.
    private static func violation(_ fault: Fault, _ outcome: Outcome) -> String? {
        func wrong(_ what: String) -> String {
            "\(fault.testDescription): \(what): \(outcome.end) \(outcome.errors)"
        }
        switch outcome.end {
        case FaultedLaunch.asWanted: return nil
        case .timeout: return wrong("it hangs")
        case .signal(let signal):
            let isAbort = [SIGABRT, SIGILL, SIGTRAP, SIGSEGV].contains(signal)
            return fault.isOfTheRuntime && isAbort ? nil : wrong("it was killed")
        case .status(let status):
            // So ends glibc's start-up, before there is a launcher.
            if fault.isOfTheRuntime, status == 127 { return nil }
            guard ExitStatus(rawValue: status) != nil, status != ExitStatus.software.rawValue
            else { return wrong("the status") }
            return saysWhy(fault, outcome) ? nil : wrong("the message")
        }
    }

    /// The message tells the error in the kernel's words, or is about what the error means here.
    private static func saysWhy(_ fault: Fault, _ outcome: Outcome) -> Bool {
        guard let line = outcome.complaints.first(where: { $0.hasPrefix("qemu-launcher: error: ") })
        else { return false }
        let meanings: [String] =
            switch (fault.call, fault.error) {
            case (.openat2, ENOENT), (.newfstatat, ENOENT):
                [
                    "no such file", "is missing", "not found", "no firmware directory",
                    "working directory",
                ]
            case (.openat2, ELOOP): ["symbolic link"]
            case (.fcntl, EAGAIN): ["open for writing"]
            case (.seccomp, EBUSY): ["by user notification"]
            // The thread that permits the exec is gone.
            case (.rseq, _): ["execve failed"]
            case (.poll, _), (.ioctl, _): ["did not permit the exec"]
            // pthread_create(3) has one error for whatever a thread lacks.
            case (.clone, _), (.clone3, _), (.mmap, _), (.mprotect, _):
                ["no thread to permit the exec", "pthread_create failed"]
            // What cannot be looked at counts as writable.
            case (.newfstatat, _): ["others may write to the working directory"]
            default: []
            }
        let words = unsafe String(cString: strerror(fault.error))
        return line.contains(words) || meanings.contains { line.contains($0) }
    }
}
