internal import CLinux
internal import Glibc
internal import SystemPackage

/// A child that has the terminal while we wait: it stays in our process group, which is the
/// terminal's foreground group or not, as the caller's shell has it.
///
/// What the terminal sends (Control-C, Control-Z, a hang-up) the kernel sends to both; what somebody
/// sends to us alone is handed on.
package struct ForegroundChild: ~Copyable {
    package let id: Int32
    private let signals: SignalsForChild
    private let terminal: TerminalState
    private let failure: OwnedDescriptor

    private init(
        id: Int32,
        _ signals: SignalsForChild,
        _ terminal: TerminalState,
        failure: consuming OwnedDescriptor,
    ) {
        self.id = id
        self.signals = signals
        self.terminal = terminal
        self.failure = failure
    }

    /// Which of the two processes this is.
    package enum Side: ~Copyable {
        case child(FailureNotice)
        case parent(ForegroundChild)
    }

    /// How it ended.
    package enum End: Hashable, Sendable {
        /// It did not become another program, and reported why.
        case failed(status: Int32)
        case exited(status: Int32)
        case killed(signal: Int32)
    }

    /// Makes a child that continues from here. Only while this process has one thread.
    package static func start() throws(HostError) -> Side {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw failed("pipe") }
        // No other program is started meanwhile.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let read = OwnedDescriptor(takingOver: ends[0])
        let write = OwnedDescriptor(takingOver: ends[1])
        let terminal = TerminalState()
        // Before there is a child, so that none of its signals, or for it, is lost.
        let signals = SignalsForChild.held()
        let parent = getpid()
        let id = linux_fork()
        guard id >= 0 else {
            let error = failed("fork")
            signals.letGo()
            throw error
        }
        guard id == 0 else {
            return .parent(ForegroundChild(id: id, signals, terminal, failure: read))
        }
        signals.letGo()
        // Nobody would know about a VM whose 'run' has ended. It ends as by Control-C.
        guard linux_end_with_parent(SIGTERM) == 0 else { throw failed("prctl") }
        guard getppid() == parent else { _exit(128 + SIGTERM) }
        return .child(FailureNotice(write))
    }

    private static func failed(_ operation: String) -> HostError {
        .systemCallFailed(operation: operation, path: nil, errno: Errno(rawValue: errno))
    }

    /// Waits until it has ended, and puts the terminal back as it was.
    package consuming func wait() -> End {
        let status = signals.handOn(to: id)
        terminal.restore()
        signals.letGo()
        let signal = status & 0x7F
        if signal != 0 { return .killed(signal: signal) }
        var byte: UInt8 = 0
        let number = failure.number
        let hasFailed = systemCall { unsafe read(number, &byte, 1) }
        if case .success(1) = hasFailed { return .failed(status: status >> 8 & 0xFF) }
        return .exited(status: status >> 8 & 0xFF)
    }

    /// Ends this process as the signal ended the child, so that a shell says the same of both.
    package static func end(by number: Int32) -> Never {
        // One core file is enough.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = fflush(nil)
        _ = signal(number, SIG_DFL)
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, number)
        unsafe sigprocmask(SIG_UNBLOCK, &set, nil)
        kill(getpid(), number)
        _exit(128 + number)
    }
}

/// In the child: tells the parent that no other program came of it.
package struct FailureNotice: ~Copyable {
    private let pipe: OwnedDescriptor

    fileprivate init(_ pipe: consuming OwnedDescriptor) {
        self.pipe = pipe
    }

    /// Exec closes the pipe without a byte.
    package consuming func send() {
        var byte: UInt8 = 1
        let number = pipe.number
        _ = systemCall { unsafe write(number, &byte, 1) }
    }
}

/// Signals that wait while there is a child that they may be for.
private struct SignalsForChild {
    private var set = sigset_t()
    private var mask = sigset_t()
    private var ofChildren: sigaction

    /// Those by which people end a program or talk to it. Not SIGTSTP: the terminal stops us with the
    /// child, and the shell lets both go on.
    private static let numbers = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD]

    static func held() -> SignalsForChild {
        var held = SignalsForChild(ofChildren: sigaction())
        unsafe sigemptyset(&held.set)
        for number in numbers { unsafe sigaddset(&held.set, number) }
        // If our caller ignores SIGCHLD and we inherit that, we never learn that a child has ended.
        var heeded = sigaction()
        unsafe heeded.__sigaction_handler.sa_handler = SIG_DFL
        unsafe sigaction(SIGCHLD, &heeded, &held.ofChildren)
        unsafe sigprocmask(SIG_BLOCK, &held.set, &held.mask)
        return held
    }

    /// As it was before.
    func letGo() {
        var (mask, ofChildren) = (mask, ofChildren)
        unsafe sigaction(SIGCHLD, &ofChildren, nil)
        unsafe sigprocmask(SIG_SETMASK, &mask, nil)
    }

    /// Hands signals on until the child has ended.
    ///
    /// - Returns: its status, as waitpid(2) has it.
    func handOn(to child: Int32) -> Int32 {
        var set = set
        while true {
            var status: Int32 = 0
            let ended = unsafe waitpid(child, &status, WNOHANG)
            if ended == child { return status }
            // There is no such child: nobody else waits for it, so this is a defect.
            if ended < 0, errno != EINTR { return 128 << 8 }
            var information = unsafe siginfo_t()
            let number = unsafe sigwaitinfo(&set, &information)
            // Above 0 it comes from the kernel, here the terminal, and went to the child as well.
            guard number > 0, number != SIGCHLD, unsafe information.si_code <= 0 else { continue }
            kill(child, number)
        }
    }
}

/// How the terminal is set, which a program that is killed does not put back.
private struct TerminalState {
    private var settings: termios?
    /// Whether reading and writing wait, for each standard stream: QEMU's do not.
    private let flags: [Int32]

    init() {
        var current = termios()
        settings = unsafe tcgetattr(STDIN_FILENO, &current) == 0 ? current : nil
        flags = (STDIN_FILENO...STDERR_FILENO).map { fcntl($0, F_GETFL) }
    }

    func restore() {
        for (descriptor, flags) in zip(STDIN_FILENO...STDERR_FILENO, flags) where flags >= 0 {
            _ = fcntl(descriptor, F_SETFL, flags)
        }
        // From the background, the terminal would stop us for it.
        guard var settings, tcgetpgrp(STDIN_FILENO) == getpgrp() else { return }
        _ = unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
    }
}
