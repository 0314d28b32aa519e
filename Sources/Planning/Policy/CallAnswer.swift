/// Everything a ruleset says about one system call, in the order in which it is asked.
struct CallAnswer<Outcome: Hashable>: Hashable {
    /// The first of these whose checks all hold decides.
    var conditions: [Condition]
    /// What holds otherwise.
    var otherwise: Outcome

    struct Condition: Hashable {
        let checks: [ArgumentCheck]
        let outcome: Outcome
    }

    init(_ otherwise: Outcome, conditions: [Condition] = []) {
        self.otherwise = otherwise
        self.conditions = conditions
    }

    /// The same answer in other terms; conditions that change nothing fall away.
    func map<Other: Hashable>(_ transform: (Outcome) -> Other) -> CallAnswer<Other> {
        let last = transform(otherwise)
        var steps = conditions.map {
            CallAnswer<Other>.Condition(checks: $0.checks, outcome: transform($0.outcome))
        }
        while let step = steps.last, step.outcome == last { steps.removeLast() }
        return CallAnswer<Other>(last, conditions: steps)
    }
}

extension Ruleset {
    /// What is answered to every call from 0 to the last that has a name; see
    /// ``verdict(number:arguments:)`` for how rows are weighed.
    func answers() -> [CallAnswer<Verdict>] {
        let last = Syscall.allCases.last?.rawValue ?? 0
        var unconditional = [Verdict?](repeating: nil, count: Int(last) + 1)
        var conditional: [Int: [CallAnswer<Verdict>.Condition]] = [:]
        for selected in groups {
            for rule in selected.group.rules {
                let number = Int(rule.syscall.rawValue)
                if rule.checks.isEmpty {
                    unconditional[number] = max(unconditional[number] ?? .kill, rule.verdict)
                } else {
                    conditional[number, default: []].append(
                        .init(checks: rule.checks, outcome: rule.verdict)
                    )
                }
            }
        }
        return unconditional.enumerated().map { number, verdict in
            let conditions = conditional[number, default: []].sorted { $0.outcome > $1.outcome }
            return CallAnswer(verdict ?? defaultVerdict, conditions: conditions)
        }
    }
}
