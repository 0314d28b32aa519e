import Glibc
package import Planning

/// A program's voice: one line a message, on standard error, which Proxmox puts into the log of
/// the task.
package struct Console: Sendable {
    private let program: String

    package init(program: String) {
        self.program = program
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

    /// One write a line, so that lines of several processes do not mix. That standard error is
    /// closed changes nothing: there is nobody left to tell.
    private func write(_ line: String) {
        let bytes = Array("\(program): \(line)\n".utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
