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
