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
        let table = AnswerTable(ruleset)
        recorded = Self.recorded(ruleset, table, mode: mode)
        silent = mode == .enforce ? Self.silent(ruleset, table) : nil
    }

    private static func recorded(
        _ ruleset: Ruleset,
        _ table: AnswerTable,
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
        let asksAboutExec = ruleset.execution == .once && mode == .enforce
        return FilterProgram(
            table,
            unknown: action(ruleset.defaultVerdict),
            foreign: action(.kill)
        ) { verdict, number in
            let isExec = number == Syscall.execve.rawValue || number == Syscall.execveat.rawValue
            return asksAboutExec && isExec ? .ask : action(verdict)
        }
    }

    private static func silent(_ ruleset: Ruleset, _ table: AnswerTable) -> FilterProgram? {
        func action(_ verdict: Verdict) -> FilterAction {
            guard case .refuse(let refusal, .silent) = verdict else { return .allow }
            return .fail(refusal)
        }
        let program = FilterProgram(
            table,
            unknown: action(ruleset.defaultVerdict),
            foreign: .allow
        ) { verdict, _ in action(verdict) }
        return program.allowsEverything ? nil : program
    }
}
