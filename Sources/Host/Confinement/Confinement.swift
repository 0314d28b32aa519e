internal import CLinux
internal import Glibc
package import Planning
package import SystemPackage

/// Proof that the process is confined as its configuration wants, which exec asks for.
package struct Confinement: ~Copyable {
    package let mode: SeccompMode
    /// Whether set-user-ID programs and file capabilities are without effect from here on.
    package let noNewPrivileges: Bool
    /// Whether the next exec is the only one. It must come from the thread that was confined, and
    /// within ten seconds.
    package let permitsOneExec: Bool

    /// Whether `error`, returned by exec, is the filter's refusal and not about the program.
    package func refused(with error: Errno) -> Bool {
        permitsOneExec && error == .noFunction
    }
}

/// Confines the calling thread as planned: the last step before exec, and not to be undone.
///
/// Capabilities, files, system calls, in this order: each is proof that the one before was done.
/// The domain takes CAP_SYS_ADMIN or no_new_privs, as the filter does, and the filter refuses the
/// calls by which the others are given up.
///
/// - Parameter domain: of the same plan.
package func confine(
    _ plan: LaunchPlan.ConfinementPlan,
    in domain: consuming FileDomain,
) throws(ConfinementError) -> Confinement {
    precondition(domain.mode == plan.files.mode, "a domain of another plan")
    let enclosure = try Enclosure(domain, keeping: plan.capabilities.kept)
    return try confine(plan.ruleset, mode: plan.mode, within: enclosure)
}

/// Confines system calls alone.
package func confine(
    _ ruleset: Ruleset,
    mode: SeccompMode,
) throws(ConfinementError) -> Confinement {
    let enclosure = try Enclosure(.none(), keeping: nil)
    return try confine(ruleset, mode: mode, within: enclosure)
}

/// Proof that the thread has given up files and capabilities.
private struct Enclosure: ~Copyable {
    init(
        _ domain: consuming FileDomain,
        keeping capabilities: Set<Capability>?,
    ) throws(ConfinementError) {
        if let capabilities {
            let isBounded: Bool
            do throws(Errno) {
                isBounded = try CapabilitySets.keep(only: capabilities)
            } catch {
                throw .capabilitiesNotGivenUp(error)
            }
            if !isBounded { try giveUpNewPrivileges() }
        }
        // The kernel wants it of everybody without CAP_SYS_ADMIN.
        if domain.mode == .enforce, !CapabilitySets.hasSystemAdministration {
            try giveUpNewPrivileges()
        }
        do throws(Errno) { try domain.enter() } catch { throw .domainNotEntered(error) }
    }
}

/// Confines the calling thread to `ruleset`.
///
/// no_new_privs is set unless QEMU starts other programs and the kernel does not require it, as for
/// root: such a program may have its own security domain.
///
/// - Throws: status 69 if the kernel lacks a needed feature, 71 if a system call failed.
private func confine(
    _ ruleset: Ruleset,
    mode: SeccompMode,
    within enclosure: consuming Enclosure,
) throws(ConfinementError) -> Confinement {
    guard mode != .off else {
        return Confinement(mode: .off, noNewPrivileges: false, permitsOneExec: false)
    }
    let stack = FilterStack(ruleset, mode: mode, of: UInt32(bitPattern: getpid()))
    if ruleset.execution == .once { try giveUpNewPrivileges() }

    let permitsOneExec = mode == .enforce && ruleset.execution == .once
    let listener = try load(stack.recorded, permitsOneExec ? [.log, .newListener] : .log)
    // After the one with the listener, because it is what refuses another listener.
    if let silent = stack.silent { _ = try load(silent, []) }
    if permitsOneExec {
        let error = ExecOnce.permit(OwnedDescriptor(takingOver: listener))
        if let error { throw .permitNotArmed(error) }
    }
    return Confinement(
        mode: mode,
        noNewPrivileges: seccomp_calls_get_no_new_privs() == 1,
        permitsOneExec: permitsOneExec
    )
}

private func load(
    _ program: FilterProgram,
    _ flags: SeccompFilter.Flags
) throws(ConfinementError) -> Int32 {
    switch SeccompFilter.load(program, flags: flags) {
    case .success(let result):
        return result
    case .failure(.permissionDenied) where seccomp_calls_get_no_new_privs() == 0:
        try giveUpNewPrivileges()
        return try load(program, flags)
    case .failure(.resourceBusy) where flags.contains(.newListener):
        throw .outerListener
    case .failure(let error) where error == .noFunction || error == .invalidArgument:
        throw .filtersUnavailable(error)
    case .failure(let error):
        throw .filterNotLoaded(error)
    }
}

private func giveUpNewPrivileges() throws(ConfinementError) {
    guard seccomp_calls_set_no_new_privs() == 0 else {
        throw .privilegesNotGivenUp(Errno(rawValue: errno))
    }
}

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
            "seccomp filter: another program outside already answers system calls by user"
                + " notification"
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
            "Linux 5.5 or newer with CONFIG_SECCOMP_FILTER is needed, and a container "
                + "must let seccomp through"
        case .outerListener:
            "turn off system call interception of the container, or set spawn allow for "
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

/// A filter that the kernel holds for this thread, and for all that it becomes.
enum SeccompFilter {
    /// Loads `program` on top of the filters that are already loaded.
    ///
    /// - Parameter flags: of `SECCOMP_SET_MODE_FILTER`.
    /// - Returns: with SECCOMP_FILTER_FLAG_NEW_LISTENER the listener's descriptor, else 0.
    static func load(_ program: FilterProgram, flags: Flags) -> Result<Int32, Errno> {
        var instructions = program.instructions.map { instruction in
            sock_filter(
                code: instruction.code,
                jt: instruction.jumpTrue,
                jf: instruction.jumpFalse,
                k: instruction.operand
            )
        }
        return unsafe instructions.withUnsafeMutableBufferPointer { buffer in
            var header = unsafe sock_fprog(
                len: UInt16(clamping: buffer.count),
                filter: buffer.baseAddress
            )
            let result = unsafe seccomp_calls_set_filter(flags.rawValue, &header)
            return result < 0 ? .failure(Errno(rawValue: errno)) : .success(result)
        }
    }

    /// Flags of `SECCOMP_SET_MODE_FILTER`, from include/uapi/linux/seccomp.h.
    struct Flags: OptionSet {
        let rawValue: UInt32

        /// SECCOMP_FILTER_FLAG_LOG: refusals are recorded, as far as the host's
        /// kernel.seccomp.actions_logged lets them be.
        static let log = Flags(rawValue: 1 << 1)
        /// SECCOMP_FILTER_FLAG_NEW_LISTENER: the holder of the returned descriptor decides.
        static let newListener = Flags(rawValue: 1 << 3)
    }
}
