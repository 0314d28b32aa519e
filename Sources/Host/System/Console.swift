import Glibc
package import Planning

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

    /// One write a line, so that lines of several processes do not mix. That it cannot be written
    /// changes nothing: there is nobody left to tell.
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

/// Writes with what `body` does, and takes back the signals by which the kernel would end the
/// process for it: nobody reads any more (SIGPIPE), or the file is as long as files may be
/// (SIGXFSZ). What happens on them is the caller's to say, and QEMU's after us: it stays as it is.
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
