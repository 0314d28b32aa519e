/// The filters that make up one policy, as the kernel gets them.
package struct FilterStack: Hashable, Sendable {
    /// Loaded with the kernel's log flag.
    package let recorded: FilterProgram
    /// Loaded without; `nil` if nothing is refused in silence.
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

/// One of the filters that make up a policy. The kernel runs all of them for every call and obeys
/// the strictest; whether a refusal is recorded is a property of a whole filter, hence two.
package enum FilterLayer: String, Sendable, CaseIterable {
    /// Everything but what the other holds; loaded with the kernel's log flag.
    case recorded
    /// Refuses what is expected on every run; loaded without the log flag.
    case silent

    /// What this filter does about a verdict on a call.
    ///
    /// - Parameters:
    ///   - number: the call's, or `nil` for calls without a name.
    ///   - mode: ``SeccompMode/log`` turns what would be refused, and recorded, or would end the
    ///     process, into a call that happens and is recorded.
    package func action(
        on verdict: Verdict,
        number: UInt32?,
        _ execution: Ruleset.Execution,
        _ mode: SeccompMode
    ) -> FilterAction {
        let isExec = number == Syscall.execve.rawValue || number == Syscall.execveat.rawValue
        switch (self, mode, verdict) {
        case (.recorded, .enforce, _) where isExec && execution == .once: return .ask
        case (_, _, .allow), (_, .off, _): return .allow
        case (.recorded, _, .refuse(_, .silent)): return .allow
        case (.recorded, .log, _): return .log
        case (.recorded, .enforce, .refuse(let refusal, .recorded)): return .fail(refusal)
        case (.recorded, .enforce, .kill): return .kill
        case (.silent, .enforce, .refuse(let refusal, .silent)): return .fail(refusal)
        case (.silent, _, _): return .allow
        }
    }
}

/// A filter in the form that the kernel runs: classic BPF over `struct seccomp_data`.
///
/// Numbers with the same answer are one range, and the ranges are the leaves of a balanced tree:
/// some two hundred instructions in all and some ten on any path. That is half of what libseccomp
/// makes of the same table, in a small part of the time; tests compare the result with the table
/// itself, call by call, and with libseccomp.
package struct FilterProgram: Hashable, Sendable {
    package let instructions: [FilterInstruction]

    /// - Parameters:
    ///   - table: what each call that has a name is answered with.
    ///   - unknown: the answer to every other number.
    ///   - foreign: the answer to the i386 and x32 ABIs, whose numbers mean other calls.
    ///   - action: what this filter does about a verdict on a call.
    init(
        _ table: AnswerTable,
        unknown: FilterAction,
        foreign: FilterAction,
        action: (Verdict, UInt32?) -> FilterAction
    ) {
        var ranges = Self.ranges(table, action: action)
        let end = UInt32(truncatingIfNeeded: table.answers.count)
        ranges.append(merging: Range(first: end, action: unknown))
        ranges.append(merging: Range(first: Architecture.x32Bit, action: foreign))
        // The number -1 has the bit of x32 but is not an x32 call: it is how a tracer skips a call.
        ranges.append(merging: Range(first: .max, action: unknown))

        var assembler = FilterAssembler()
        let start = Self.assemble(ranges[...], &assembler)
        let number = assembler.load(Offset.number, then: start)
        let other = assembler.answer(foreign)
        let known = assembler.ifEqual(Architecture.x86_64, then: number, else: other)
        _ = assembler.load(Offset.architecture, then: known)
        instructions = assembler.program
    }

    /// Calls from `first` on, up to where the next range begins: all have the same answer.
    fileprivate struct Range {
        let first: UInt32
        let action: FilterAction
        /// The first of these whose checks all hold decides.
        var steps: [Step] = []

        struct Step {
            let checks: [ArgumentCheck]
            let action: FilterAction
        }
    }

    /// A new range begins where the answer changes from one number to the next.
    private static func ranges(
        _ table: AnswerTable,
        action: (Verdict, UInt32?) -> FilterAction
    ) -> [Range] {
        var ranges: [Range] = []
        ranges.reserveCapacity(192)
        var conditional = table.conditional[...]
        for index in table.answers.indices {
            let number = UInt32(truncatingIfNeeded: index)
            let otherwise = action(table.answers[index], number)
            var steps: [Range.Step] = []
            if let next = conditional.first, next.number == number {
                conditional.removeFirst()
                steps = next.conditions.map {
                    Range.Step(checks: $0.checks, action: action($0.verdict, number))
                }
                // A last step that changes nothing is left out.
                while let step = steps.last, step.action == otherwise { steps.removeLast() }
            }
            ranges.append(merging: Range(first: number, action: otherwise, steps: steps))
        }
        return ranges
    }

    /// The search for the range that contains the accumulator.
    private static func assemble(
        _ ranges: ArraySlice<Range>,
        _ assembler: inout FilterAssembler
    ) -> FilterAssembler.Place {
        let middle = ranges.startIndex + ranges.count / 2
        guard ranges.count > 1 else { return assemble(ranges[middle], &assembler) }
        let above = assemble(ranges[middle...], &assembler)
        let below = assemble(ranges[..<middle], &assembler)
        return assembler.ifAtLeast(ranges[middle].first, then: above, else: below)
    }

    private static func assemble(
        _ range: Range,
        _ assembler: inout FilterAssembler
    ) -> FilterAssembler.Place {
        var next = assembler.answer(range.action)
        for step in range.steps.reversed() {
            var place = assembler.answer(step.action)
            for half in step.checks.flatMap(Half.both).reversed() where half.mask != 0 {
                place = assembler.ifEqual(half.value, then: place, else: next)
                if half.mask != .max { place = assembler.and(half.mask, then: place) }
                place = assembler.load(half.offset, then: place)
            }
            next = place
        }
        return next
    }

    /// 32 bits of a check: classic BPF compares no more at a time.
    private struct Half {
        let offset: UInt32
        let mask: UInt32
        let value: UInt32

        static func both(of check: ArgumentCheck) -> [Half] {
            [Half(of: check, shift: 0), Half(of: check, shift: 32)]
        }

        private init(of check: ArgumentCheck, shift: UInt64) {
            offset = Offset.argument(check.index) + UInt32(truncatingIfNeeded: shift / 8)
            mask = UInt32(truncatingIfNeeded: check.mask >> shift)
            value = UInt32(truncatingIfNeeded: check.value >> shift)
        }
    }
}

extension [FilterProgram.Range] {
    /// Appends `range` unless it says what the last one says already.
    fileprivate mutating func append(merging range: FilterProgram.Range) {
        if let last, last.steps.isEmpty, range.steps.isEmpty, last.action == range.action { return }
        append(range)
    }
}

extension FilterProgram {
    /// Whether the filter has no effect.
    var allowsEverything: Bool {
        instructions.allSatisfy {
            $0.code != FilterInstruction.Code.returning
                || $0.operand == FilterAction.allow.returnValue
        }
    }

    /// Where the fields are in `struct seccomp_data`, on a little-endian machine.
    private enum Offset {
        static let number: UInt32 = 0
        static let architecture: UInt32 = 4

        static func argument(_ index: Int) -> UInt32 {
            16 + 8 * UInt32(truncatingIfNeeded: index)
        }
    }

    /// From include/uapi/linux/audit.h and arch/x86/include/uapi/asm/unistd.h.
    package enum Architecture {
        package static let x86_64: UInt32 = 0xC000_003E
        package static let i386: UInt32 = 0x4000_0003
        package static let x32Bit: UInt32 = 0x4000_0000
    }
}

/// A ruleset sorted by number: what is answered to each call that has a name.
///
/// Flat and small, because it is made at every launch.
struct AnswerTable {
    /// By number: what holds if no condition does.
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
