/// One row of the policy: a system call, what becomes of it, and why.
package struct SyscallRule: Hashable, Sendable {
    package let syscall: Syscall
    package let verdict: Verdict
    /// The row applies only if all of these hold; empty: always.
    package let checks: [ArgumentCheck]
    /// Who needs it, or what it could be misused for.
    package let reason: String

    @inline(__always)
    package init(
        syscall: Syscall,
        verdict: Verdict,
        checks: [ArgumentCheck],
        reason: String
    ) {
        self.syscall = syscall
        self.verdict = verdict
        self.checks = checks
        self.reason = reason
    }

    @inline(__always)
    package static func allow(
        _ syscall: Syscall,
        when checks: ArgumentCheck...,
        because reason: String
    ) -> SyscallRule {
        SyscallRule(syscall: syscall, verdict: .allow, checks: checks, reason: reason)
    }

    /// Fails with ENOSYS, and is recorded.
    @inline(__always)
    package static func unimplemented(
        _ syscall: Syscall,
        when checks: ArgumentCheck...,
        because reason: String
    ) -> SyscallRule {
        let verdict = Verdict.refuse(.notImplemented, .recorded)
        return SyscallRule(syscall: syscall, verdict: verdict, checks: checks, reason: reason)
    }

    /// Fails with ENOSYS, without a record.
    @inline(__always)
    package static func absent(
        _ syscall: Syscall,
        when checks: ArgumentCheck...,
        because reason: String
    ) -> SyscallRule {
        let verdict = Verdict.refuse(.notImplemented, .silent)
        return SyscallRule(syscall: syscall, verdict: verdict, checks: checks, reason: reason)
    }

    /// Fails with EPERM, and is recorded.
    @inline(__always)
    package static func deny(
        _ syscall: Syscall,
        when checks: ArgumentCheck...,
        because reason: String
    ) -> SyscallRule {
        let verdict = Verdict.refuse(.notPermitted, .recorded)
        return SyscallRule(syscall: syscall, verdict: verdict, checks: checks, reason: reason)
    }

    /// Fails with EPERM, without a record.
    @inline(__always)
    package static func decline(
        _ syscall: Syscall,
        when checks: ArgumentCheck...,
        because reason: String
    ) -> SyscallRule {
        let verdict = Verdict.refuse(.notPermitted, .silent)
        return SyscallRule(syscall: syscall, verdict: verdict, checks: checks, reason: reason)
    }

    /// Ends the process with SIGSYS.
    @inline(__always)
    package static func kill(
        _ syscall: Syscall,
        when checks: ArgumentCheck...,
        because reason: String
    ) -> SyscallRule {
        SyscallRule(syscall: syscall, verdict: .kill, checks: checks, reason: reason)
    }
}

/// What becomes of a system call.
package enum Verdict: Hashable, Sendable {
    case allow
    /// The call fails and the program goes on.
    case refuse(RefusalErrno, Recording)
    /// The process ends with SIGSYS: for what no QEMU and no helper of it ever does.
    case kill
}

/// The error that a refused call reports.
package enum RefusalErrno: String, Sendable, CaseIterable {
    /// ENOSYS: the caller has another way, or the number was unknown when this was written;
    /// libraries then fall back as on an older kernel.
    case notImplemented
    /// EPERM: the call is known, and is not for this VM.
    case notPermitted
}

/// Whether a refusal is worth a line in the kernel's log.
package enum Recording: String, Sendable, CaseIterable {
    case recorded
    /// The refusal is expected on every run, and a record would hide those that matter.
    case silent
}

extension Verdict: Comparable {
    /// Stricter first: if two rows are about the same call, the more permissive one holds, so
    /// that adding a group never takes away what another group needs.
    package static func < (one: Verdict, other: Verdict) -> Bool {
        one.permissiveness < other.permissiveness
    }

    private var permissiveness: Int {
        switch self {
        case .kill: 0
        case .refuse(.notPermitted, .recorded): 1
        case .refuse(.notPermitted, .silent): 2
        case .refuse(.notImplemented, .recorded): 3
        case .refuse(.notImplemented, .silent): 4
        case .allow: 5
        }
    }
}

extension Verdict {
    /// In one or two words: `allow`, `EPERM`, `ENOSYS, silent`, `kill`.
    package var summary: String {
        switch self {
        case .allow: "allow"
        case .refuse(let refusal, .recorded): refusal.errorName
        case .refuse(let refusal, .silent): "\(refusal.errorName), silent"
        case .kill: "kill"
        }
    }
}

extension RefusalErrno {
    package var errorName: String {
        switch self {
        case .notImplemented: "ENOSYS"
        case .notPermitted: "EPERM"
        }
    }
}

/// What a filter returns to the kernel, from include/uapi/linux/seccomp.h.
package enum FilterAction: Hashable, Sendable {
    case allow
    /// SECCOMP_RET_LOG: the call happens and is recorded.
    case log
    /// SECCOMP_RET_USER_NOTIF: the holder of the listener decides; without a holder the call is
    /// ENOSYS.
    case ask
    case fail(RefusalErrno)
    /// SECCOMP_RET_KILL_PROCESS.
    case kill

    package var returnValue: UInt32 {
        switch self {
        case .allow: 0x7FFF_0000
        case .log: 0x7FFC_0000
        case .ask: 0x7FC0_0000
        case .fail(let refusal): 0x0005_0000 | refusal.errorNumber
        case .kill: 0x8000_0000
        }
    }
}

extension FilterAction {
    /// As filters are usually written down.
    package var summary: String {
        switch self {
        case .allow: "ALLOW"
        case .log: "LOG"
        case .ask: "USER_NOTIF"
        case .fail(let refusal): "ERRNO(\(refusal.errorName))"
        case .kill: "KILL_PROCESS"
        }
    }
}

extension RefusalErrno {
    /// The number of the error, from include/uapi/asm-generic/errno.h.
    package var errorNumber: UInt32 {
        switch self {
        case .notImplemented: 38
        case .notPermitted: 1
        }
    }
}
