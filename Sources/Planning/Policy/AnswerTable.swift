/// A ruleset sorted by number: what is answered to each call that has a name.
///
/// Flat and small, because it is made at every launch.
struct AnswerTable {
    /// By number: what holds where no condition does.
    private(set) var answers: [Verdict]
    /// Calls whose arguments matter, by number.
    private(set) var conditional: [Conditional] = []

    struct Conditional {
        let number: UInt32
        /// The first of these whose checks all hold decides.
        var conditions: [Condition]
    }

    struct Condition {
        let checks: [ArgumentCheck]
        let verdict: Verdict
    }

    /// See ``Ruleset/verdict(number:arguments:)`` for how rows are weighed.
    init(_ ruleset: Ruleset, process: UInt32 = ArgumentCheck.unknownProcess) {
        let count = Int(Syscall.last.rawValue) + 1
        answers = Array(repeating: ruleset.defaultVerdict, count: count)
        var isNamed = [Bool](repeating: false, count: count)
        for selected in ruleset.groups {
            for rule in selected.group.rules {
                let number = Int(rule.syscall.rawValue)
                if !rule.checks.isEmpty {
                    add(rule, process)
                } else if !isNamed[number] || answers[number] < rule.verdict {
                    answers[number] = rule.verdict
                    isNamed[number] = true
                }
            }
        }
        conditional.sort { $0.number < $1.number }
    }

    /// Keeps the conditions of a call in order, the most permissive first.
    private mutating func add(_ rule: SyscallRule, _ process: UInt32) {
        let number = rule.syscall.rawValue
        let checks = rule.checks.map { $0.resolved(for: process) }
        let condition = Condition(checks: checks, verdict: rule.verdict)
        guard let index = conditional.firstIndex(where: { $0.number == number }) else {
            conditional.append(Conditional(number: number, conditions: [condition]))
            return
        }
        let place = conditional[index].conditions.firstIndex { $0.verdict < rule.verdict }
        let end = conditional[index].conditions.endIndex
        conditional[index].conditions.insert(condition, at: place ?? end)
    }
}
