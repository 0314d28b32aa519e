package import Planning
package import SystemPackage

/// Why libseccomp did not make a filter.
package enum LibseccompError: Failure {
    /// - Parameter call: the system call of the row, where it was about one.
    case failed(operation: String, call: Syscall?, Errno)

    package var message: String {
        switch self {
        case .failed(let operation, let call, let error):
            "libseccomp \(LibseccompFilter.version): \(operation)"
                + (call.map { " for \($0.name)" } ?? "") + " failed: \(error)"
        }
    }

    package var hint: String? { nil }
    package var exitStatus: ExitStatus { .systemCallFailed }
}
