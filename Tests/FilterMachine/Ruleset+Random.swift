package import Planning

extension Ruleset {
    package static func random(using random: inout SplitMix) -> Ruleset {
        let verdicts: [Verdict] = [
            .allow, .kill, .refuse(.notImplemented, .recorded), .refuse(.notPermitted, .recorded),
            .refuse(.notImplemented, .silent), .refuse(.notPermitted, .silent),
        ]
        let calls = Syscall.allCases.shuffled(using: &random).prefix(1 + Int(random.next() % 12))
        var rules: [SyscallRule] = []
        for call in calls {
            for _ in 0...(random.next() % 4) {
                rules.append(
                    SyscallRule(
                        syscall: call,
                        verdict: verdicts.randomElement(using: &random) ?? .kill,
                        checks: (0..<(random.next() % 3)).map { _ in
                            ArgumentCheck(
                                argument: Int(random.next() % 6),
                                masked: random.value(),
                                equals: random.value()
                            )
                        },
                        reason: ""
                    )
                )
            }
        }
        let group = SyscallGroup("random", purpose: "", rules: rules)
        return Ruleset(
            default: verdicts.randomElement(using: &random) ?? .kill,
            execution: .unlimited,
            groups: [SelectedGroup(group, because: .always)]
        )
    }
}

extension Ruleset {
    /// The same ruleset as far as one call can tell, which makes asking it many times cheap.
    package func onlyRows(for number: UInt32) -> Ruleset {
        let rows = rules.filter { $0.syscall.rawValue == number }
        let group = SyscallGroup("rows", purpose: "", rules: rows)
        return Ruleset(
            default: defaultVerdict,
            execution: execution,
            groups: [SelectedGroup(group, because: .always)]
        )
    }
}
