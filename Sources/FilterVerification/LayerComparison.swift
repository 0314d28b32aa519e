internal import Planning

/// One filter of ours, compared with what libseccomp makes of the same rows.
struct LayerComparison {
    let layer: FilterLayer
    let ruleset: Ruleset
    let mode: SeccompMode
    /// `nil` if the launcher leaves the filter out, because it would allow everything.
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
                // If neither program looked at the arguments, this was the answer to all of them.
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

    /// - Parameter reference: libseccomp's program; `nil` if it cannot state the call.
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

    /// x32 has x86_64's architecture and a bit in the number; -1 has the bit and is not a call.
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

    /// - Parameter offset: in `struct seccomp_data`, whose first 16 bytes belong to no argument.
    private mutating func add(_ value: UInt32, at offset: UInt32) {
        guard offset >= 16 else { return }
        var half = halves[Int(offset - 16) / 8] ?? ([0], [0])
        if offset % 8 == 0 { half.low.insert(value) } else { half.high.insert(value) }
        halves[Int(offset - 16) / 8] = half
    }

    /// Each argument with each value, and the others with values that no caller would pass.
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

/// The calls and arguments at which a filter could go wrong.
enum BoundarySamples {
    typealias Architecture = FilterProgram.Architecture

    /// Every number that has a meaning or may get one, in x86_64 and with the bit of x32, and the
    /// edges of those that never will.
    static let numbers: [UInt32] = {
        let used: [UInt32] = Array(0...1_100)
        let edges: [UInt32] = [
            0x1000, 0xFFFF, 0x0100_0000, 0x3FFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0xBFFF_FFFF,
            0xC000_0000, .max - 1, .max,
        ]
        return used + edges + used.map { Architecture.x32Bit | $0 }
    }()

    /// The native ABI, i386's, and two that no x86 kernel has: aarch64's, and none.
    static let architectures: [UInt32] = [
        Architecture.x86_64, Architecture.i386, 0xC000_00B7, 0,
    ]

    /// Arguments that no row asks about, and so must change nothing.
    static let plain: [[UInt64]] = [
        [0, 0, 0, 0, 0, 0],
        [.max, .max, .max, .max, .max, .max],
        [0xDEAD_BEEF_0000_0001, 2, 0xFFFF_FFFF, 1 << 31, 1 << 32, 1 << 63],
    ]

    /// For each row, the arguments that it checks; then each argument that some row checks, moved
    /// over its boundaries, one at a time.
    static func arguments(around rules: [SyscallRule]) -> [[UInt64]] {
        var bases = plain
        for rule in rules where !rule.checks.isEmpty {
            for base in plain {
                var arguments = base
                for check in rule.checks {
                    let kept = arguments[check.index] & ~check.mask
                    arguments[check.index] = kept | check.value
                }
                bases.append(arguments)
            }
        }
        var samples = bases
        let checks = Set(rules.flatMap(\.checks))
        for (index, checks) in Dictionary(grouping: checks, by: \.index) {
            let values = Set(checks.flatMap(boundaries))
            // Bases that differ in this argument alone are one here.
            let others = Set(
                bases.map { base in
                    var others = base
                    others[index] = 0
                    return others
                }
            )
            for base in others {
                for value in values {
                    var arguments = base
                    arguments[index] = value
                    samples.append(arguments)
                }
            }
        }
        return samples
    }

    /// The value, its neighbours, each bit of the mask flipped, and everything that the mask allows
    /// in the other bits, those of the high half included.
    private static func boundaries(of check: ArgumentCheck) -> [UInt64] {
        let (value, mask) = (check.value, check.mask)
        let garbage: UInt64 = 0xA5A5_A5A5_5A5A_5A5A
        var values = [
            value, value &+ 1, value &- 1, ~value, mask, ~mask, value | ~mask,
            value | garbage & ~mask, value | 1 << 32, value | 1 << 63, value | 0xFFFF_FFFF << 32,
            value ^ 1 << 31, value ^ 1 << 32,
        ]
        for bit in 0..<UInt64.bitWidth where mask & 1 << bit != 0 {
            values.append(value ^ 1 << bit)
        }
        return values
    }
}
