internal import CLinux
internal import Glibc
package import Planning
internal import SystemPackage

/// Proof that the process is confined as its configuration wants, which exec asks for.
package struct Confinement: ~Copyable {
    package let mode: SeccompMode
    /// Whether set-user-ID programs and file capabilities are without effect from here on.
    package let noNewPrivileges: Bool
}

/// Confines the calling thread to `ruleset`: the last step before exec, and not to be undone.
///
/// no_new_privs is set unless QEMU starts programs of its own and the kernel lets us do without,
/// which it does for root: such a program may have a security domain of its own.
///
/// - Throws: status 69 where the kernel lacks what it takes, 71 where a system call failed.
package func confine(
    _ ruleset: Ruleset,
    mode: SeccompMode
) throws(ConfinementError) -> Confinement {
    guard mode != .off else { return Confinement(mode: .off, noNewPrivileges: false) }

    let filter = try SeccompFilter.making(ruleset, mode: mode)
    let keepsPrivileges = ruleset.execution == .unlimited
    if !keepsPrivileges { try giveUpNewPrivileges() }

    var failure = filter.load()
    if failure == .permissionDenied, keepsPrivileges {
        try giveUpNewPrivileges()
        failure = filter.load()
    }
    switch failure {
    case nil:
        return Confinement(mode: mode, noNewPrivileges: seccomp_calls_get_no_new_privs() == 1)
    case .noFunction?, .invalidArgument?: throw .filtersUnavailable(failure ?? .noFunction)
    case let error?: throw .filterNotLoaded(error)
    }
}

private func giveUpNewPrivileges() throws(ConfinementError) {
    guard seccomp_calls_set_no_new_privs() == 0 else {
        throw .privilegesNotGivenUp(Errno(rawValue: errno))
    }
}
