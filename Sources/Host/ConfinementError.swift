package import Planning
package import SystemPackage

/// Why the process could not be confined. Nothing has been started.
package enum ConfinementError: Failure {
    /// The kernel has no seccomp filters of this kind, or something around us forbids them.
    case filtersUnavailable(Errno)
    /// The kernel did not accept the filter.
    case filterNotLoaded(Errno)
    /// Something around us answers our system calls by user notification, and the kernel lets no
    /// second one do so: exactly one exec cannot be promised.
    case outerListener
    /// The thread that permits the one exec could not be started.
    case permitNotArmed(Errno)
    /// no_new_privs could not be set, which the kernel wants of everybody but root.
    case privilegesNotGivenUp(Errno)
    /// The kernel did not accept the domain.
    case domainNotEntered(Errno)
    /// Capabilities could not be given up.
    case capabilitiesNotGivenUp(Errno)

    package var message: String {
        switch self {
        case .filtersUnavailable(let error):
            "seccomp filter: not available on this kernel (\(error))"
        case .filterNotLoaded(let error):
            "seccomp filter: not accepted by the kernel (\(error))"
        case .outerListener:
            "seccomp filter: something outside answers system calls by user notification already"
        case .permitNotArmed(let error):
            "seccomp filter: no thread to permit the exec of QEMU (\(error))"
        case .privilegesNotGivenUp(let error):
            "no_new_privs: not set (\(error))"
        case .domainNotEntered(let error):
            "landlock: not accepted by the kernel (\(error))"
        case .capabilitiesNotGivenUp(let error):
            "capabilities: not given up (\(error))"
        }
    }

    package var hint: String? {
        switch self {
        case .filtersUnavailable:
            "Linux 5.5 or newer with CONFIG_SECCOMP_FILTER is needed, and a container around us "
                + "must let seccomp through"
        case .outerListener:
            "turn off system call interception of the container around us, or set spawn allow for "
                + "this VM, which gives up the promise that QEMU starts no other program"
        case .filterNotLoaded, .permitNotArmed, .privilegesNotGivenUp, .domainNotEntered,
            .capabilitiesNotGivenUp:
            nil
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .filtersUnavailable, .outerListener: .unavailable
        case .filterNotLoaded, .permitNotArmed, .privilegesNotGivenUp, .domainNotEntered,
            .capabilitiesNotGivenUp:
            .systemCallFailed
        }
    }
}
