internal import Planning

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
