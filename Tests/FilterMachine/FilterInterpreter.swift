package import Planning

/// A classic BPF machine, as the kernel's is for seccomp: what a program returns for one call.
///
/// Anything that the kernel's verifier would not take is an error of the test.
package struct FilterInterpreter {
    package enum Fault: Error, Equatable {
        case ranOffTheEnd
        case unknownCode(UInt16)
        case loadOutOfBounds(UInt32)
    }

    private let instructions: [FilterInstruction]

    package init(_ instructions: [FilterInstruction]) {
        self.instructions = instructions
    }

    package func run(architecture: UInt32, number: UInt32, arguments: [UInt64]) throws -> UInt32 {
        try answer(architecture, number, arguments).value
    }

    /// How many instructions the answer takes.
    package func steps(architecture: UInt32, number: UInt32, arguments: [UInt64]) throws -> Int {
        try answer(architecture, number, arguments).steps
    }

    private func answer(
        _ architecture: UInt32,
        _ number: UInt32,
        _ arguments: [UInt64]
    ) throws -> (value: UInt32, steps: Int) {
        var data: [UInt32] = [number, architecture, 0, 0]
        for argument in arguments {
            data += [
                UInt32(truncatingIfNeeded: argument), UInt32(truncatingIfNeeded: argument >> 32),
            ]
        }
        var accumulator: UInt32 = 0
        var (index, steps) = (0, 0)
        while index < instructions.count {
            steps += 1
            let step = instructions[index]
            index += 1
            switch step.code {
            case FilterInstruction.Code.load:
                guard step.operand % 4 == 0, step.operand < 64 else {
                    throw Fault.loadOutOfBounds(step.operand)
                }
                accumulator = data[Int(step.operand / 4)]
            case FilterInstruction.Code.and:
                accumulator &= step.operand
            case FilterInstruction.Code.jump:
                index += Int(step.operand)
            case FilterInstruction.Code.jumpIfEqual:
                index += Int(accumulator == step.operand ? step.jumpTrue : step.jumpFalse)
            case FilterInstruction.Code.jumpIfAtLeast:
                index += Int(accumulator >= step.operand ? step.jumpTrue : step.jumpFalse)
            case 0x25:  // BPF_JMP | BPF_JGT | BPF_K, which libseccomp uses and we do not
                index += Int(accumulator > step.operand ? step.jumpTrue : step.jumpFalse)
            case FilterInstruction.Code.returning:
                return (step.operand, steps)
            default:
                throw Fault.unknownCode(step.code)
            }
        }
        throw Fault.ranOffTheEnd
    }
}
