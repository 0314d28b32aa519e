package import Planning
package import SystemPackage

/// Why the process could not be confined. Nothing has been started.
package enum ConfinementError: Failure {
    /// The kernel was built without seccomp filters, or something around us forbids them.
    case filtersUnavailable(Errno)
    /// libseccomp could not make a filter out of the ruleset; `operation` is its function.
    case filterNotBuilt(operation: String, Errno)
    /// The kernel did not accept the filter.
    case filterNotLoaded(Errno)
    /// no_new_privs could not be set, which the kernel wants of everybody but root.
    case privilegesNotGivenUp(Errno)

    package var message: String {
        switch self {
        case .filtersUnavailable(let error):
            "seccomp filter: not available on this kernel (\(error))"
        case .filterNotBuilt(let operation, let error):
            "seccomp filter: not built (\(operation): \(error))"
        case .filterNotLoaded(let error):
            "seccomp filter: not accepted by the kernel (\(error))"
        case .privilegesNotGivenUp(let error):
            "no_new_privs: not set (\(error))"
        }
    }

    package var hint: String? {
        switch self {
        case .filtersUnavailable:
            "the kernel needs CONFIG_SECCOMP_FILTER, and a container around us must let it through"
        case .filterNotBuilt, .filterNotLoaded, .privilegesNotGivenUp:
            nil
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .filtersUnavailable: .unavailable
        case .filterNotBuilt: .software
        case .filterNotLoaded, .privilegesNotGivenUp: .systemCallFailed
        }
    }
}
