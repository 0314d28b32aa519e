/// One row of the policy: a system call, what becomes of it, and why.
package struct SyscallRule: Hashable, Sendable {
    package let syscall: Syscall
    package let verdict: Verdict
    /// The row speaks only where all of these hold; empty: always.
    package let checks: [ArgumentCheck]
    /// Who needs it, or what it would be misused for.
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

    /// Fails with ENOSYS, in silence.
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

    /// Fails with EPERM, in silence.
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
