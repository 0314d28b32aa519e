/// The filters that make up one policy. The kernel runs all of them for every call and obeys the
/// strictest; whether a refusal is recorded is a property of a whole filter, hence two.
package struct FilterStack: Hashable, Sendable {
    /// Refuses what is expected on every run; loaded without the kernel's log flag.
    package let silent: FilterProgram?
    /// Everything else; loaded with the log flag.
    package let recorded: FilterProgram

    /// - Parameter mode: ``SeccompMode/log`` turns what would be refused, and recorded, or would
    ///   end the process, into a call that happens and is recorded.
    package init(_ ruleset: Ruleset, mode: SeccompMode) {
        let answers = ruleset.answers()
        recorded = Self.recorded(ruleset, answers, mode: mode)
        silent = mode == .enforce ? Self.silent(ruleset, answers) : nil
    }

    private static func recorded(
        _ ruleset: Ruleset,
        _ answers: [CallAnswer<Verdict>],
        mode: SeccompMode
    ) -> FilterProgram {
        func action(_ verdict: Verdict) -> FilterAction {
            switch (mode, verdict) {
            case (_, .allow), (_, .refuse(_, .silent)), (.off, _): .allow
            case (.log, _): .log
            case (.enforce, .refuse(let refusal, .recorded)): .fail(refusal)
            case (.enforce, .kill): .kill
            }
        }
        var actions = answers.map { $0.map(action) }
        if ruleset.execution == .once, mode == .enforce {
            for call in [Syscall.execve, .execveat] {
                actions[Int(call.rawValue)] = CallAnswer(.ask)
            }
        }
        return FilterProgram(
            answers: actions,
            unknown: action(ruleset.defaultVerdict),
            foreign: action(.kill)
        )
    }

    private static func silent(
        _ ruleset: Ruleset,
        _ answers: [CallAnswer<Verdict>]
    ) -> FilterProgram? {
        func action(_ verdict: Verdict) -> FilterAction {
            guard case .refuse(let refusal, .silent) = verdict else { return .allow }
            return .fail(refusal)
        }
        let actions = answers.map { $0.map(action) }
        let unknown = action(ruleset.defaultVerdict)
        guard unknown != .allow || actions.contains(where: { $0 != CallAnswer(.allow) }) else {
            return nil
        }
        return FilterProgram(answers: actions, unknown: unknown, foreign: .allow)
    }
}
