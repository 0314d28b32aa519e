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
        let compared = ComparedValues((theirs + (ours.map { [$0] } ?? [])).map(\.instructions))
        var calls = 0
        var argumentValues = 0
        for architecture in BoundarySamples.architectures {
            let isNative = architecture == BoundarySamples.Architecture.x86_64
            for number in BoundarySamples.numbers {
                let rows = isNative ? rules[number] ?? [] : []
                let reference =
                    isNative && unstated.contains(number)
                    ? nil : theirs[stated.homes[Syscall(rawValue: number), isNative] ?? 0]
                let question = Question(architecture, number, BoundarySamples.plain[0])
                let depends = try compare(question, with: reference)
                calls += 1
                // Where nobody looked at the arguments, this was the answer to all of them.
                guard depends || reference == nil else { continue }
                let samples = BoundarySamples.arguments(around: rows) + compared.arguments
                for arguments in samples {
                    try compare(Question(architecture, number, arguments), with: reference)
                }
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
    /// - Returns: whether one of the programs looked at the arguments.
    @discardableResult
    private func compare(
        _ question: Question,
        with reference: FilterInterpreter?,
    ) throws(VerificationFailure) -> Bool {
        var depends = false
        var (found, expected) = (FilterAction.allow.returnValue, UInt32(0))
        do throws(FilterInterpreter.Fault) {
            if let ours {
                let answer = try question.ask(ours)
                found = answer.value
                depends = answer.looksAtArguments
            }
            if let reference {
                let answer = try question.ask(reference)
                expected = answer.value
                depends = depends || answer.looksAtArguments
            } else {
                expected = answerOfRuleset(question).returnValue
            }
        } catch {
            throw .fault(error, layer)
        }
        guard found != expected else { return depends }
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

    func ask(
        _ machine: FilterInterpreter
    ) throws(FilterInterpreter.Fault) -> (value: UInt32, looksAtArguments: Bool, steps: Int) {
        try machine.answer(architecture: architecture, number: number, arguments: arguments)
    }

    /// x32 has x86_64's architecture and a bit in the number; -1 has the bit and is no call at all.
    var isNative: Bool {
        architecture == BoundarySamples.Architecture.x86_64
            && (number < BoundarySamples.Architecture.x32Bit || number == .max)
    }
}

/// What a program compares arguments with, read off its instructions: a comparison that no row of the
/// ruleset asks for is a defect, and no value that comes from the rows would show it.
struct ComparedValues {
    /// By argument, of each half of it.
    private var halves: [Int: (low: Set<UInt32>, high: Set<UInt32>)] = [:]

    init(_ programs: [[FilterInstruction]]) {
        for program in programs { read(program) }
    }

    private mutating func read(_ program: [FilterInstruction]) {
        var offset: UInt32 = 0
        for step in program {
            switch step.code {
            case FilterInstruction.Code.load: offset = step.operand
            case FilterInstruction.Code.jump, FilterInstruction.Code.returning: continue
            default: add(step.operand, at: offset)
            }
        }
    }

    /// - Parameter offset: in `struct seccomp_data`, whose first 16 bytes are no argument's.
    private mutating func add(_ value: UInt32, at offset: UInt32) {
        guard offset >= 16 else { return }
        var half = halves[Int(offset - 16) / 8] ?? ([0], [0])
        if offset % 8 == 0 { half.low.insert(value) } else { half.high.insert(value) }
        halves[Int(offset - 16) / 8] = half
    }

    /// Each argument with each value, the others as nobody would have them.
    var arguments: [[UInt64]] {
        halves.flatMap { index, half in
            half.high.flatMap { high in
                half.low.flatMap { low in
                    BoundarySamples.plain.prefix(2).map { base in
                        var arguments = base
                        arguments[index] = UInt64(high) << 32 | UInt64(low)
                        return arguments
                    }
                }
            }
        }
    }
}
