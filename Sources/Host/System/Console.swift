import CLinux
import Glibc
package import Planning
import Synchronization
import SystemPackage

/// A program's voice: one line a message, on standard error, which Proxmox puts into the log of
/// the task.
package struct Console: Sendable {
    private let program: String
    /// Asked before anything else is opened: of a standard error that is closed, the number is the
    /// next file's.
    private let isOpen: Bool

    package init(program: String) {
        self.program = program
        isOpen = fcntl(STDERR_FILENO, F_GETFD) != -1
    }

    package func report(_ failure: some Failure) {
        write("error: \(failure.message)")
        if let hint = failure.hint { write("hint: \(hint)") }
    }

    package func warn(_ warning: LaunchWarning, about label: String?) {
        warn(warning.message, about: label)
        if let hint = warning.hint { write("hint: \(hint)") }
    }

    package func warn(_ message: String, about label: String?) {
        write("warning: \(label.map { "\($0): " } ?? "")\(message)")
    }

    /// What is neither a failure nor a warning.
    package func say(_ message: String, hints: [String]) {
        write(message)
        hint(hints)
    }

    package func hint(_ hints: [String]) {
        for hint in hints { write("hint: \(hint)") }
    }

    /// Lines that are not about a failure, such as the usage.
    package func show(lines: String) {
        send(printable(lines, sparing: ["\n"]))
    }

    private func write(_ line: String) {
        send("\(program): \(printable(line))")
    }

    /// One write a line, so that lines of several processes do not mix. A failure to write changes
    /// nothing: there is nobody left to tell.
    private func send(_ line: String) {
        guard isOpen else { return }
        let bytes = Array((line + "\n").utf8)
        withoutSignalsOfWriting {
            _ = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
        }
    }
}

/// Writes with what `body` does, and removes the signals by which the kernel would end the process
/// for that: nobody reads any more (SIGPIPE), or the file is as long as files may be (SIGXFSZ).
/// What happens on them is for the caller to decide, and for QEMU after us: it stays as it is.
func withoutSignalsOfWriting(_ body: () -> Void) {
    let signals = [SIGPIPE, SIGXFSZ]
    var blocked = sigset_t()
    unsafe sigemptyset(&blocked)
    for signal in signals { unsafe sigaddset(&blocked, signal) }
    var before = sigset_t()
    guard unsafe pthread_sigmask(SIG_BLOCK, &blocked, &before) == 0 else { return }
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }

    // What was pending already is not from here.
    var pending = sigset_t()
    unsafe sigemptyset(&pending)
    unsafe sigpending(&pending)
    var raised = sigset_t()
    unsafe sigemptyset(&raised)
    for signal in signals where unsafe sigismember(&pending, signal) != 1 {
        unsafe sigaddset(&raised, signal)
    }
    body()
    var now = timespec()
    while unsafe sigtimedwait(&raised, nil, &now) > 0 {}
}

/// The descriptors 0, 1 and 2 of a process.
package enum StandardStreams {
    /// Takes the numbers of those that are closed, so that no file is opened under them and written
    /// into. What is written to them fails as before, and a program that we become gets none.
    package static func occupy() {
        while true {
            let number = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            if number > STDERR_FILENO { close(number) }
            if number < 0 || number > STDERR_FILENO { return }
        }
    }

    package static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Of the terminal that standard output is, in columns; `nil` if it is no terminal, or does not
    /// know.
    package static var outputWidth: Int? {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    package static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes to standard error, unchanged. A failure to write changes nothing: there is nobody
    /// left to tell.
    package static func show(onError text: String) {
        let bytes = Array(text.utf8)
        withoutSignalsOfWriting {
            _ = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
        }
    }

    /// Why a buffer that was full could not be written while more was printed.
    private static let failure = Mutex<Errno?>(nil)

    /// Prints, into the buffer of the C library. Whether it was written is for ``flush()`` to tell.
    package static func print(_ text: String) {
        guard linux_output_has_failed() == 0 else { return }
        Swift.print(text, terminator: "")
        let found = Errno(rawValue: errno)
        if linux_output_has_failed() != 0 { failure.withLock { $0 = found } }
    }

    /// Sends on its way what was printed and is still in a buffer of the C library's.
    package static func flush() throws(HostError) {
        let isFlushed = fflush(nil) == 0
        let last = isFlushed ? Errno.ioError : Errno(rawValue: errno)
        // A buffer that was full before was written then, and nobody looked.
        guard !isFlushed || linux_output_has_failed() != 0 else { return }
        let failure = failure.withLock { $0 } ?? last
        throw .systemCallFailed(operation: "writing the output", path: nil, errno: failure)
    }
}

/// The end of this process.
package enum ProcessEnd {
    /// - Parameter body: what is done when the process ends by exit(3).
    package static func whenReached(_ body: @convention(c) () -> Void) {
        atexit(body)
    }

    /// Ends the process at once: nothing more is written or called.
    package static func now(status: Int32) -> Never {
        _exit(status)
    }
}
