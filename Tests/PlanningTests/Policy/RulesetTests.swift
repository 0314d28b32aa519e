import Planning
import Testing

struct RulesetTests {
    private func ruleset(_ rules: SyscallRule...) -> Ruleset {
        let half = rules.count / 2
        let first = SyscallGroup("first", purpose: "", rules: Array(rules[..<half]))
        let second = SyscallGroup("second", purpose: "", rules: Array(rules[half...]))
        return Ruleset(
            default: .refuse(.notImplemented, .recorded),
            execution: .once,
            groups: [
                SelectedGroup(first, because: .always), SelectedGroup(second, because: .always),
            ]
        )
    }

    @Test func `a call that no row names gets the default`() {
        let policy = ruleset(.allow(.read, because: ""))
        #expect(policy.verdict(number: 1, arguments: []) == .refuse(.notImplemented, .recorded))
        #expect(policy.verdict(number: .max, arguments: []) == .refuse(.notImplemented, .recorded))
        #expect(policy.verdict(number: 0, arguments: []) == .allow)
    }

    @Test func `a row with a check speaks before a row without`() {
        let denied = ruleset(
            .allow(.prctl, because: ""),
            .deny(.prctl, when: .int(0, equals: 35), because: "")
        )
        #expect(denied.verdict(number: 157, arguments: [15]) == .allow)
        #expect(denied.verdict(number: 157, arguments: [35]) == .refuse(.notPermitted, .recorded))

        let permitted = ruleset(
            .kill(.prctl, because: ""),
            .allow(.prctl, when: .int(0, equals: 15), because: "")
        )
        #expect(permitted.verdict(number: 157, arguments: [15]) == .allow)
        #expect(permitted.verdict(number: 157, arguments: [35]) == .kill)
    }

    @Test func `of rows alike the more permissive holds, whichever group is first`() {
        let rows: [SyscallRule] = [.kill(.bpf, because: ""), .allow(.bpf, because: "")]
        #expect(ruleset(rows[0], rows[1]).verdict(number: 321, arguments: []) == .allow)
        #expect(ruleset(rows[1], rows[0]).verdict(number: 321, arguments: []) == .allow)
    }

    @Test func `a row speaks only where all of its checks hold`() {
        let policy = ruleset(
            .allow(.clone, when: .flags(0, without: 1), .int(1, equals: 2), because: "")
        )
        #expect(policy.verdict(number: 56, arguments: [0, 2]) == .allow)
        #expect(policy.verdict(number: 56, arguments: [1, 2]) != .allow)
        #expect(policy.verdict(number: 56, arguments: [0, 1]) != .allow)
    }
}
