package import Planning

/// A classic BPF machine, as the kernel's is for seccomp: what a program returns for one call.
///
/// Anything that the kernel's verifier would not take is a fault.
package struct FilterInterpreter {
    package enum Fault: Error, Hashable {
        case ranOffTheEnd
        case unknownCode(UInt16)
        case loadOutOfBounds(UInt32)
    }

    let instructions: [FilterInstruction]

    /// BPF_JMP | BPF_JGT | BPF_K, which libseccomp uses and we do not.
    private static let jumpIfGreater: UInt16 = 0x25

    package init(_ instructions: [FilterInstruction]) {
        self.instructions = instructions
    }

    /// - Parameter arguments: six; of others that a call may have, the kernel tells a filter nothing.
    package func run(
        architecture: UInt32,
        number: UInt32,
        arguments: [UInt64],
    ) throws(Fault) -> UInt32 {
        try answer(architecture: architecture, number: number, arguments: arguments).value
    }

    /// How many instructions the answer takes.
    ///
    /// - Parameter arguments: as for ``run(architecture:number:arguments:)``.
    package func steps(
        architecture: UInt32,
        number: UInt32,
        arguments: [UInt64],
    ) throws(Fault) -> Int {
        try answer(architecture: architecture, number: number, arguments: arguments).steps
    }

    /// - Returns: also whether the program looked at anything but the ABI and the number. If it did
    ///   not, its answer is the same for all arguments.
    func answer(
        architecture: UInt32,
        number: UInt32,
        arguments: [UInt64],
    ) throws(Fault) -> (value: UInt32, looksAtArguments: Bool, steps: Int) {
        var looksAtArguments = false
        var accumulator: UInt32 = 0
        var (index, steps) = (0, 0)
        while index < instructions.count {
            let step = instructions[index]
            index += 1
            steps += 1
            switch step.code {
            case FilterInstruction.Code.load:
                accumulator = try load(step.operand, architecture, number, arguments)
                looksAtArguments = looksAtArguments || step.operand > 4
            case FilterInstruction.Code.and:
                accumulator &= step.operand
            case FilterInstruction.Code.jump:
                index += Int(step.operand)
            case FilterInstruction.Code.jumpIfEqual:
                index += Int(accumulator == step.operand ? step.jumpTrue : step.jumpFalse)
            case FilterInstruction.Code.jumpIfAtLeast:
                index += Int(accumulator >= step.operand ? step.jumpTrue : step.jumpFalse)
            case Self.jumpIfGreater:
                index += Int(accumulator > step.operand ? step.jumpTrue : step.jumpFalse)
            case FilterInstruction.Code.returning:
                return (step.operand, looksAtArguments, steps)
            default:
                throw .unknownCode(step.code)
            }
        }
        throw .ranOffTheEnd
    }

    /// A word of `struct seccomp_data`: number, architecture, the caller's address in two halves,
    /// which no filter of a policy asks for, and each argument in two.
    private func load(
        _ offset: UInt32,
        _ architecture: UInt32,
        _ number: UInt32,
        _ arguments: [UInt64],
    ) throws(Fault) -> UInt32 {
        guard offset % 4 == 0, offset < 64 else { throw .loadOutOfBounds(offset) }
        switch offset {
        case 0: return number
        case 4: return architecture
        case 8, 12: return 0
        default:
            let argument = Int(offset - 16) / 8
            guard argument < arguments.count else { throw .loadOutOfBounds(offset) }
            return UInt32(truncatingIfNeeded: arguments[argument] >> (offset % 8 == 0 ? 0 : 32))
        }
    }
}
