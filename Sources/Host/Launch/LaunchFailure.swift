package import Planning

/// A launch that did not happen: the cause, and the VM it was for.
package struct LaunchFailure: Failure {
    package let cause: any Failure
    /// `vm 100`; `nil` where the command line names none.
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

/// Runs a stage of a launch, or a part of a command, and wraps what it throws.
package func failing<Value: ~Copyable, Cause: Failure>(
    _ stage: () throws(Cause) -> Value
) throws(LaunchFailure) -> Value {
    do { return try stage() } catch { throw LaunchFailure(error) }
}

extension LaunchFailure {
    /// This call of the process, with an error of the launch's own type.
    package static func invocation() throws(LaunchFailure) -> Invocation {
        try failing { () throws(HostError) in try Invocation.current() }
    }
}
