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
