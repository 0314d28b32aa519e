internal import Planning

/// One filter of ours beside what libseccomp makes of the same rows.
struct LayerComparison {
    let layer: FilterLayer
    let ruleset: Ruleset
    let mode: SeccompMode
    /// `nil` where the launcher leaves the filter out, because it would allow everything.
    let ours: FilterInterpreter?
    let stated: StatedLayer
    let theirs: [FilterInterpreter]

    func run() throws(VerificationFailure) -> Agreement {
        let rules = Dictionary(grouping: ruleset.rules, by: \.syscall.rawValue)
        let unstated = Set(stated.unstated.map(\.rawValue))
        // For every call that has a name: a jump to the wrong place shows in these.
        let compared = ComparedValues((theirs + (ours.map { [$0] } ?? [])).map(\.instructions))
        let everywhere = compared.arguments
        var calls = 0
        var argumentValues = 0
        for architecture in BoundarySamples.architectures {
            let isNative = architecture == BoundarySamples.Architecture.x86_64
            for number in BoundarySamples.numbers {
                let rows = isNative ? rules[number] ?? [] : []
                var samples = BoundarySamples.plain
                if isNative, number <= Syscall.last.rawValue { samples += everywhere }
                if rows.contains(where: { !$0.checks.isEmpty }) {
                    samples += BoundarySamples.arguments(around: rows)
                }
                let reference =
                    isNative && unstated.contains(number)
                    ? nil : theirs[stated.homes[Syscall(rawValue: number), isNative] ?? 0]
                for arguments in samples {
                    let question = Question(architecture, number, arguments)
                    try compare(question, with: reference, rows)
                }
                calls += 1
                argumentValues += samples.count
            }
        }
        return Agreement(
            filters: ours == nil ? 0 : 1,
            calls: calls,
            argumentValues: argumentValues,
            notComparable: stated.unstated,
        )
    }

    /// - Parameter reference: libseccomp's program; `nil` where it cannot state the call.
    private func compare(
        _ question: Question,
        with reference: FilterInterpreter?,
        _ rows: [SyscallRule],
    ) throws(VerificationFailure) {
        let found: UInt32
        let expected: UInt32
        do throws(FilterInterpreter.Fault) {
            found =
                try ours.map { machine throws(FilterInterpreter.Fault) in
                    try question.ask(machine)
                } ?? FilterAction.allow.returnValue
            expected =
                try reference.map { machine throws(FilterInterpreter.Fault) in
                    try question.ask(machine)
                } ?? answerOfRuleset(question).returnValue
        } catch {
            throw .fault(error, layer)
        }
        guard found != expected else { return }
        throw .differs(
            Difference(
                layer: layer,
                question: question,
                ours: found,
                theirs: reference == nil ? nil : expected,
                ruleset: answerOfRuleset(question).returnValue,
            )
        )
    }

    private func answerOfRuleset(_ question: Question) -> FilterAction {
        func action(_ verdict: Verdict, _ number: UInt32?) -> FilterAction {
            layer.action(on: verdict, number: number, ruleset.execution, mode)
        }
        guard question.isNative else { return action(.kill, nil) }
        let verdict = ruleset.verdict(number: question.number, arguments: question.arguments)
        return action(verdict, Syscall(rawValue: question.number)?.rawValue)
    }
}

extension [Syscall: Int] {
    /// Only calls of the native ABI have a filter of their own.
    fileprivate subscript(call: Syscall?, isNative: Bool) -> Int? {
        isNative ? call.flatMap { self[$0] } : nil
    }
}

/// One call, as the kernel shows it to a filter.
struct Question: Hashable {
    let architecture: UInt32
    let number: UInt32
    let arguments: [UInt64]

    init(_ architecture: UInt32, _ number: UInt32, _ arguments: [UInt64]) {
        self.architecture = architecture
        self.number = number
        self.arguments = arguments
    }

    func ask(_ machine: FilterInterpreter) throws(FilterInterpreter.Fault) -> UInt32 {
        try machine.run(architecture: architecture, number: number, arguments: arguments)
    }

    /// x32 has x86_64's architecture and a bit in the number; -1 has the bit and is no call at all.
    var isNative: Bool {
        architecture == BoundarySamples.Architecture.x86_64
            && (number < BoundarySamples.Architecture.x32Bit || number == .max)
    }
}
