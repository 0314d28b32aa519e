/// A filter in the form that the kernel runs: classic BPF over `struct seccomp_data`.
///
/// Numbers that are answered alike are one range, and the ranges are the leaves of a balanced
/// tree: some hundred instructions in all and under ten on any path. That is a third of the
/// instructions, and a hundredth of the time, that libseccomp takes for the same table; tests hold
/// the result against the table itself, call by call, and against libseccomp.
package struct FilterProgram: Hashable, Sendable {
    package private(set) var instructions: [FilterInstruction]

    /// - Parameters:
    ///   - answers: what each call from number 0 on is answered with.
    ///   - unknown: the answer to every other number.
    ///   - foreign: the answer to the i386 and x32 ABIs, whose numbers mean other calls.
    init(
        answers: [CallAnswer<FilterAction>],
        unknown: FilterAction,
        foreign: FilterAction
    ) {
        instructions = [
            .load(Offset.architecture),
            .ifEqual(Architecture.x86_64, skip: 1, else: 0),
            .returning(foreign),
            .load(Offset.number),
        ]
        var ranges: [Range] = []
        func add(_ first: UInt32, _ answer: CallAnswer<FilterAction>) {
            if ranges.last?.answer != answer { ranges.append(Range(first: first, answer: answer)) }
        }
        for (number, answer) in zip(UInt32.min..<Architecture.x32Bit, answers) {
            add(number, answer)
        }
        add(UInt32(truncatingIfNeeded: answers.count), CallAnswer(unknown))
        add(Architecture.x32Bit, CallAnswer(foreign))
        // The number -1 has the bit of x32 and is none of its calls: a tracer skips a call so.
        add(.max, CallAnswer(unknown))
        instructions += Self.tree(ranges[...])
    }

    /// Calls from `first` on, up to where the next range begins.
    private struct Range {
        let first: UInt32
        let answer: CallAnswer<FilterAction>
    }

    private static func tree(_ ranges: ArraySlice<Range>) -> [FilterInstruction] {
        guard ranges.count > 1 else { return ranges.first.map { leaf($0.answer) } ?? [] }
        let middle = ranges.startIndex + ranges.count / 2
        let below = tree(ranges[..<middle])
        let pivot = ranges[middle].first
        let above = tree(ranges[middle...])
        guard below.count > Int(UInt8.max) else {
            return [.ifAtLeast(pivot, skip: below.count, else: 0)] + below + above
        }
        // A comparison skips 255 instructions at most; a plain jump, any number.
        return [.ifAtLeast(pivot, skip: 0, else: 1), .jump(below.count)] + below + above
    }

    private static func leaf(_ answer: CallAnswer<FilterAction>) -> [FilterInstruction] {
        answer.conditions.flatMap { step($0) } + [.returning(answer.otherwise)]
    }

    /// The checks of one row, each skipping to what follows the row where it does not hold.
    private static func step(
        _ condition: CallAnswer<FilterAction>.Condition
    ) -> [FilterInstruction] {
        let halves = condition.checks.flatMap { check in
            [
                Half(offset: Offset.argument(check.index), of: check, shift: 0),
                Half(offset: Offset.argument(check.index) + 4, of: check, shift: 32),
            ]
        }
        var instructions: [FilterInstruction] = [.returning(condition.outcome)]
        for half in halves.reversed() where half.mask != 0 {
            instructions.insert(
                .ifEqual(half.value, skip: 0, else: instructions.count),
                at: 0
            )
            if half.mask != .max { instructions.insert(.and(half.mask), at: 0) }
            instructions.insert(.load(half.offset), at: 0)
        }
        return instructions
    }

    /// 32 bits of a check: classic BPF compares no more at a time.
    private struct Half {
        let offset: UInt32
        let mask: UInt32
        let value: UInt32

        init(offset: UInt32, of check: ArgumentCheck, shift: UInt64) {
            self.offset = offset
            mask = UInt32(truncatingIfNeeded: check.mask >> shift)
            value = UInt32(truncatingIfNeeded: check.value >> shift)
        }
    }
}

extension FilterProgram {
    /// Where things lie in `struct seccomp_data`, on a little-endian machine.
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
