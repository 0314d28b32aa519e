/// Why nothing was started: one cause, said in one line, with advice on a second.
///
/// Every error type of the launcher conforms. A message is lower case, names its subject first,
/// quotes what a user wrote, says what was expected and found, and ends without a full stop.
package protocol Failure: Error, Equatable, Sendable {
    /// What is wrong and where, without the program's name.
    var message: String { get }
    /// What to do about it, if we know.
    var hint: String? { get }
    var exitStatus: ExitStatus { get }
}

/// What goes up to `main`: an error, and the VM that it is about.
///
/// Each part throws its own type of error, so the caller knows what may happen. What
/// calls several of them throws this.
package struct LaunchFailure: Failure {
    package let cause: any Failure
    /// `vm 100`; `nil` if the command line names none.
    package let label: String?

    package init(_ cause: any Failure, label: String? = nil) {
        self.cause = cause
        self.label = label
    }

    package func labelled(_ label: String?) -> LaunchFailure {
        LaunchFailure(cause, label: self.label ?? label)
    }

    package var message: String { label.map { "\($0): \(cause.message)" } ?? cause.message }
    package var hint: String? { cause.hint }
    package var exitStatus: ExitStatus { cause.exitStatus }

    package static func == (one: LaunchFailure, other: LaunchFailure) -> Bool {
        one.message == other.message && one.hint == other.hint
            && one.exitStatus == other.exitStatus
    }
}

/// Runs a part, and wraps what it throws.
package func failing<Value: ~Copyable, Cause: Failure>(
    _ part: () throws(Cause) -> Value
) throws(LaunchFailure) -> Value {
    do { return try part() } catch { throw LaunchFailure(error) }
}

/// Text of a user in a message: quoted, printable, on one line.
package func quoted(_ text: String) -> String { quoted(ByteString(text)) }

/// Bytes of a user in a message: quoted, printable, on one line.
package func quoted(_ bytes: ByteString) -> String { "'\(bytes.escaped)'" }

/// What the process reports to its caller, after sysexits.h; 126 and 127 as a shell reports exec.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case success = 0
    /// The command line is not one the launcher can act on.
    case usage = 64
    /// The image, its checksum or its structure is wrong.
    case imageRefused = 65
    /// The firmware image is not there.
    case volumeMissing = 66
    /// The kernel lacks a feature that the launch depends on.
    case unavailable = 69
    /// A defect of the launcher itself.
    case software = 70
    /// A system call failed.
    case systemCallFailed = 71
    /// The image is not proven read-only, or something may be changed by others.
    case notPermitted = 77
    /// The configuration is wrong or incomplete.
    case configuration = 78
    /// QEMU exists but could not be started.
    case cannotExecute = 126
    /// QEMU is not there.
    case notFound = 127
}
