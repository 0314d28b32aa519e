import CSeccomp
import FilterMachine
import Glibc
import Planning
import Testing

/// Our programs against libseccomp's, both run by the same machine.
struct SeccompFilterTests {
    @Test func `our table of calls agrees with libseccomp wherever libseccomp knows the name`() {
        for call in Syscall.allCases {
            let theirs = unsafe seccomp_syscall_resolve_name(call.name)
            guard theirs != __NR_SCMP_ERROR else { continue }
            #expect(theirs == Int32(bitPattern: call.rawValue), "\(call)")
        }
        // A libseccomp that knows nothing would agree with everything.
        #expect(unsafe seccomp_syscall_resolve_name("execveat") == 322)
    }

    @Test func `random tables mean the same to libseccomp`() throws {
        var random = SplitMix(seed: 0xF117E2)
        for _ in 0..<100 {
            let ruleset = expressible(Ruleset.random(using: &random))
            try compare(ruleset, using: &random)
        }
    }

    @Test func `a real table means the same to libseccomp`() throws {
        var random = SplitMix(seed: 1)
        let options: [(name: String, value: ByteString?)] = [("id", "100"), ("runas", "nobody")]
        let ruleset = try Ruleset.derived(from: options, spawn: .allow)
        try compare(expressible(ruleset), using: &random)
        try compare(expressible(.denylist), using: &random)
    }

    private func compare(_ ruleset: Ruleset, using random: inout SplitMix) throws {
        let theirs = FilterInterpreter(try LibseccompFilter.instructions(for: ruleset))
        let stack = FilterStack(ruleset, mode: .enforce)
        let ours = FilterInterpreter(stack.recorded.instructions)
        let checks = ruleset.rules.flatMap(\.checks)
        let named = ruleset.rules.map(\.syscall.rawValue)
        let numbers =
            Set(named + named.map { $0 &+ 1 } + named.map { $0 &- 1 }).filter { $0 < 480 }
            + [478, 0x3FFF_FFFF, 0x4000_0000, 0x4000_0001, 0x7FFF_FFFF, .max]
        for number in numbers {
            for architecture: UInt32 in [0xC000_003E, 0x4000_0003] {
                var samples = [random.arguments(), [0, 0, 0, 0, 0, 0]]
                for check in checks.prefix(8) {
                    var arguments = random.arguments()
                    arguments[check.index] = check.value | (random.next() & ~check.mask)
                    samples.append(arguments)
                }
                for arguments in samples {
                    let mine = try ours.run(
                        architecture: architecture,
                        number: number,
                        arguments: arguments
                    )
                    let reference = try theirs.run(
                        architecture: architecture,
                        number: number,
                        arguments: arguments
                    )
                    guard mine == reference else {
                        Issue.record("\(number) \(arguments): \(mine) \(reference) \(ruleset)")
                        return
                    }
                }
            }
        }
    }

    /// The part of a table that libseccomp can say: for each call one row without checks, or rows
    /// with checks and one verdict; and all refusals recorded, since it makes one filter.
    private func expressible(_ ruleset: Ruleset) -> Ruleset {
        var verdicts: [Syscall: (verdict: Verdict, hasChecks: Bool)] = [:]
        var rows: [SyscallRule] = []
        for rule in ruleset.rules {
            let verdict = recorded(rule.verdict)
            let hasChecks = !rule.checks.isEmpty
            if let known = verdicts[rule.syscall] {
                guard hasChecks, known.hasChecks, known.verdict == verdict else { continue }
            }
            verdicts[rule.syscall] = (verdict, hasChecks)
            let indices = rule.checks.map(\.index)
            guard Set(indices).count == indices.count else { continue }
            rows.append(
                SyscallRule(
                    syscall: rule.syscall,
                    verdict: verdict,
                    checks: rule.checks,
                    reason: ""
                )
            )
        }
        let group = SyscallGroup("rows", purpose: "", rules: rows)
        return Ruleset(
            default: recorded(ruleset.defaultVerdict),
            execution: .unlimited,
            groups: [SelectedGroup(group, because: .always)]
        )
    }

    private func recorded(_ verdict: Verdict) -> Verdict {
        guard case .refuse(let refusal, _) = verdict else { return verdict }
        return .refuse(refusal, .recorded)
    }
}
