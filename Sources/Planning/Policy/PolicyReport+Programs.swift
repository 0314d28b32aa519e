extension PolicyReport {
    /// The filters as the kernel gets them, in the order in which they are loaded, but for the VM's
    /// process ID, for which ``ArgumentCheck/unknownProcess`` stands.
    package var programs: [(layer: FilterLayer, program: FilterProgram)] {
        guard mode != .off else { return [] }
        let stack = FilterStack(ruleset, mode: mode)
        return [(.recorded, stack.recorded)] + (stack.silent.map { [(.silent, $0)] } ?? [])
    }

    /// The filters as pseudo code: what they say, call by call.
    package var pseudoCode: String {
        let table = AnswerTable(ruleset)
        return programs.map { pseudoCode($0.layer, table) }.joined(separator: "\n")
    }

    /// The filters as assembler listings.
    package var listing: String {
        programs.map { "# filter '\($0.layer.rawValue)'\n\($0.program.listing)" }
            .joined(separator: "\n")
    }

    private func pseudoCode(_ layer: FilterLayer, _ table: AnswerTable) -> String {
        func action(_ verdict: Verdict, _ number: UInt32?) -> FilterAction {
            layer.action(on: verdict, number: number, ruleset.execution, mode)
        }
        let unknown = action(ruleset.defaultVerdict, nil)
        var lines = [
            "# filter '\(layer.rawValue)'",
            "if ($arch != x86_64 || $syscall is of x32) \(action(.kill, nil).summary);",
        ]
        for call in Syscall.allCases {
            let number = call.rawValue
            let otherwise = action(table.answers[Int(number)], number)
            let conditions = table.conditional.first { $0.number == number }?.conditions ?? []
            let steps = conditions.map { (checks: $0.checks, action: action($0.verdict, number)) }
            if otherwise == unknown, steps.allSatisfy({ $0.action == unknown }) { continue }
            for step in steps where step.action != otherwise {
                let checks = step.checks.map(\.summary).joined(separator: " && ")
                lines.append("if ($syscall == \(call.name) && \(checks)) \(step.action.summary);")
            }
            lines.append("if ($syscall == \(call.name)) \(otherwise.summary);")
        }
        return (lines + ["\(unknown.summary);", ""]).joined(separator: "\n")
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
