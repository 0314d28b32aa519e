import Planning

/// The filters of a policy as assembler listings, as the kernel gets them: in the order in which
/// they are loaded, but for the VM's process ID, for which ``ArgumentCheck/unknownProcess`` stands.
struct FilterListing {
    /// Empty where no filter is loaded.
    let programs: [(layer: FilterLayer, program: FilterProgram)]

    init(_ ruleset: Ruleset, mode: SeccompMode) {
        guard mode != .off else {
            programs = []
            return
        }
        let stack = FilterStack(ruleset, mode: mode)
        programs = [(.recorded, stack.recorded)] + (stack.silent.map { [(.silent, $0)] } ?? [])
    }

    var text: String {
        programs.map { "# filter '\($0.layer.rawValue)'\n\(Self.listing(of: $0.program))" }
            .joined(separator: "\n")
    }

    /// An instruction a line, with its number in front.
    static func listing(of program: FilterProgram) -> String {
        program.instructions.enumerated()
            .map { "\($0)\t\(text(of: $1, at: $0))\n" }
            .joined()
    }

    private static func text(of step: FilterInstruction, at index: Int) -> String {
        let operand = hexadecimal(step.operand)
        let targets = "\(index + 1 + Int(step.jumpTrue)) else \(index + 1 + Int(step.jumpFalse))"
        return switch step.code {
        case FilterInstruction.Code.load: "load [\(step.operand)]"
        case FilterInstruction.Code.and: "and \(operand)"
        case FilterInstruction.Code.jump: "jump \(index + 1 + Int(step.operand))"
        case FilterInstruction.Code.jumpIfEqual: "if == \(operand) \(targets)"
        case FilterInstruction.Code.jumpIfAtLeast: "if >= \(operand) \(targets)"
        default: "return \(operand)"
        }
    }
}
