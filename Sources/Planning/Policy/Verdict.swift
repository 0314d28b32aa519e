/// What becomes of a system call.
package enum Verdict: Hashable, Sendable {
    case allow
    /// The call fails and the program goes on.
    case refuse(Refusal, Recording)
    /// The process ends with SIGSYS: for what no QEMU and no helper of it ever does.
    case kill
}

/// The error that a refused call reports.
package enum Refusal: String, Sendable, CaseIterable {
    /// ENOSYS: the caller has another way, or the number is one that nobody knew when this was
    /// written; libraries fall back on it as they do on an older kernel.
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
    /// Stricter first: where two rows speak of the same call, the more permissive one holds, so
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
