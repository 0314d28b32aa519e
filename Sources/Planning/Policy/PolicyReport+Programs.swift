extension PolicyReport {
    /// The filters as the kernel gets them, in the order in which they are loaded, but for the VM's
    /// process ID, for which ``ArgumentCheck/unknownProcess`` stands.
    package var programs: [(layer: FilterLayer, program: FilterProgram)] {
        guard mode != .off else { return [] }
        let stack = FilterStack(ruleset, mode: mode)
        return [(.recorded, stack.recorded)] + (stack.silent.map { [(.silent, $0)] } ?? [])
    }

    /// The filters as assembler listings.
    package var listing: String {
        programs.map { "# filter '\($0.layer.rawValue)'\n\($0.program.listing)" }
            .joined(separator: "\n")
    }
}

extension FilterProgram {
    /// As `struct sock_filter[]` on this machine: what bubblewrap and bpf tools read.
    package var bytes: [UInt8] {
        instructions.flatMap { step in
            [
                UInt8(truncatingIfNeeded: step.code), UInt8(truncatingIfNeeded: step.code >> 8),
                step.jumpTrue, step.jumpFalse,
            ]
                + stride(from: UInt32(0), to: 32, by: 8).map {
                    UInt8(truncatingIfNeeded: step.operand >> $0)
                }
        }
    }

    /// As an assembler listing, an instruction a line.
    package var listing: String {
        instructions.enumerated().map { index, step in
            let targets =
                "\(index + 1 + Int(step.jumpTrue)) else \(index + 1 + Int(step.jumpFalse))"
            let text =
                switch step.code {
                case FilterInstruction.Code.load: "load [\(step.operand)]"
                case FilterInstruction.Code.and: "and \(hexadecimal(step.operand))"
                case FilterInstruction.Code.jump: "jump \(index + 1 + Int(step.operand))"
                case FilterInstruction.Code.jumpIfEqual:
                    "if == \(hexadecimal(step.operand)) \(targets)"
                case FilterInstruction.Code.jumpIfAtLeast:
                    "if >= \(hexadecimal(step.operand)) \(targets)"
                default: "return \(hexadecimal(step.operand))"
                }
            return "\(index)\t\(text)\n"
        }.joined()
    }
}
