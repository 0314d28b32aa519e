package import Planning

/// A small generator whose runs can be repeated (SplitMix64).
package struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Arguments that are often small, often flags, and sometimes anything.
    package mutating func arguments() -> [UInt64] { (0..<6).map { _ in value() } }

    package mutating func value() -> UInt64 {
        switch next() % 4 {
        case 0: next() % 4
        case 1: 1 << (next() % 64)
        case 2: 0xFFFF_FFFF
        default: next()
        }
    }
}

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

extension Ruleset {
    /// The ruleset of a command line, written as its options.
    package static func derived(
        from options: [(name: String, value: ByteString?)],
        spawn: SpawnPolicy,
        adding added: [SyscallGroup] = [],
    ) throws(PolicyError) -> Ruleset {
        let words = options.flatMap { name, value in
            [ByteString("-\(name)")] + (value.map { [$0] } ?? [])
        }
        return try derived(
            from: QEMUCommandLine(["qemu-system-x86_64"] + words),
            spawn: spawn,
            adding: added
        )
    }
}

extension Ruleset {
    /// Everything is allowed but what no VM does: for tests in which the process goes on.
    package static let denylist = Ruleset(
        default: .allow,
        execution: .unlimited,
        groups: [SelectedGroup(.forbidden, because: .always)]
    )
}
