/// The filters that make up one policy, as the kernel gets them.
package struct FilterStack: Hashable, Sendable {
    /// Loaded with the kernel's log flag.
    package let recorded: FilterProgram
    /// Loaded without; `nil` where nothing is refused in silence.
    package let silent: FilterProgram?

    /// - Parameter process: the ID of the process that is confined.
    package init(
        _ ruleset: Ruleset,
        mode: SeccompMode,
        of process: UInt32 = ArgumentCheck.unknownProcess
    ) {
        let table = AnswerTable(ruleset, process: process)
        func program(_ layer: FilterLayer) -> FilterProgram {
            func action(_ verdict: Verdict, _ number: UInt32?) -> FilterAction {
                layer.action(on: verdict, number: number, ruleset.execution, mode)
            }
            return FilterProgram(
                table,
                unknown: action(ruleset.defaultVerdict, nil),
                foreign: action(.kill, nil),
                action: action
            )
        }
        recorded = program(.recorded)
        let silent = mode == .enforce ? program(.silent) : nil
        self.silent = silent?.allowsEverything == true ? nil : silent
    }
}

/// One of the filters that make up a policy. The kernel runs all of them for every call and obeys
/// the strictest; whether a refusal is recorded is a property of a whole filter, hence two.
package enum FilterLayer: String, Sendable, CaseIterable {
    /// Everything but what the other holds; loaded with the kernel's log flag.
    case recorded
    /// Refuses what is expected on every run; loaded without the log flag.
    case silent

    /// What this filter does about a verdict on a call.
    ///
    /// - Parameters:
    ///   - number: the call's, or `nil` for calls without a name.
    ///   - mode: ``SeccompMode/log`` turns what would be refused, and recorded, or would end the
    ///     process, into a call that happens and is recorded.
    package func action(
        on verdict: Verdict,
        number: UInt32?,
        _ execution: Ruleset.Execution,
        _ mode: SeccompMode
    ) -> FilterAction {
        let isExec = number == Syscall.execve.rawValue || number == Syscall.execveat.rawValue
        switch (self, mode, verdict) {
        case (.recorded, .enforce, _) where isExec && execution == .once: return .ask
        case (_, _, .allow), (_, .off, _): return .allow
        case (.recorded, _, .refuse(_, .silent)): return .allow
        case (.recorded, .log, _): return .log
        case (.recorded, .enforce, .refuse(let refusal, .recorded)): return .fail(refusal)
        case (.recorded, .enforce, .kill): return .kill
        case (.silent, .enforce, .refuse(let refusal, .silent)): return .fail(refusal)
        case (.silent, _, _): return .allow
        }
    }
}

/// What a filter returns to the kernel, from include/uapi/linux/seccomp.h.
package enum FilterAction: Hashable, Sendable {
    case allow
    /// SECCOMP_RET_LOG: the call happens and is recorded.
    case log
    /// SECCOMP_RET_USER_NOTIF: whoever holds the listener decides; nobody holding it is ENOSYS.
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
