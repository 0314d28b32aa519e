import Planning

/// How one VM is confined, as a person reads it.
struct PolicyReport {
    let plan: LaunchPlan.ConfinementPlan
    /// Of the output, in columns; `nil` for one without an end.
    var width: Int? = Terminal.width

    /// Each group with its cause, each row with its reason.
    var text: String {
        (syscallLines + fileLines + capabilityLines).joined(separator: "\n") + "\n"
    }
}

// MARK: - System calls

extension PolicyReport {
    private var syscallLines: [String] {
        let isOnce = plan.ruleset.execution == .once
        var lines = [
            "seccomp \(plan.mode.rawValue)",
            "exec    \(isOnce ? "once, by the launcher" : "as programs need it")",
            "others  \(plan.ruleset.defaultVerdict.summary)",
        ]
        for selected in plan.ruleset.groups {
            lines += ["", "\(selected.group.name): \(selected.group.purpose)"]
            lines += self.lines(about: selected.cause.description)
            lines += selected.group.rules.flatMap(self.lines)
        }
        return lines
    }

    /// The reason comes after what it is about, in a separate column.
    private func lines(about rule: SyscallRule) -> [String] {
        let checks = rule.checks.map(\.summary).joined(separator: ", ")
        let call = rule.syscall.name + (checks.isEmpty ? "" : " (\(checks))")
        let start = "  \(rule.verdict.summary.padded(to: 14))  \(call.padded(to: 20))"
        let column = 40
        if start.count + 2 <= column || width == nil {
            return Folding.lines(rule.reason, after: start + "  ", width: width)
        }
        // A row that leaves no room for its reason gets its own line.
        return [start] + Folding.lines(rule.reason, after: "".padded(to: column), width: width)
    }

    private func lines(about cause: String, indent: String = "  ") -> [String] {
        Folding.lines(cause, after: "\(indent)asked for by: ", width: width)
    }
}

// MARK: - Files and capabilities

extension PolicyReport {
    private var fileLines: [String] {
        guard let ruleset = plan.files.ruleset else { return [] }
        let note =
            switch plan.files.mode {
            case .enforce: "a file without a row fails with EACCES"
            case .log: "nothing is refused or observed: the kernel has no such mode"
            case .off: "the rows, if it were on"
            }
        var lines = ["", "landlock \(plan.files.mode.rawValue): \(note)"]
        let scope = ruleset.scope.names
        lines.append(
            "  nothing outside is reached by: "
                + (scope.isEmpty ? "-" : scope.joined(separator: ", ") + " (Linux 6.12)")
        )
        var last: (group: String, cause: GroupCause)?
        for rule in ruleset.rules {
            if last.map({ $0.group != rule.group || $0.cause != rule.cause }) ?? true {
                lines += ["", Self.title(of: rule.group)]
                lines += self.lines(about: rule.cause.description)
                last = (rule.group, rule.cause)
            }
            lines.append("  \(rule.path.escaped)")
            lines += Folding.lines(
                "\(rule.row.summary): \(rule.row.reason)",
                after: "    ",
                width: width
            )
        }
        for file in plan.files.uncovered {
            lines += ["", "no row is about \(file.path.escaped)"]
            lines += self.lines(about: file.option)
        }
        return lines
    }

    private static func title(of group: String) -> String {
        FileGroup.all.first { $0.name == group }.map { "files of \($0.name): \($0.purpose)" }
            ?? "files of \(group)"
    }

    private var capabilityLines: [String] {
        let mode = plan.capabilities.mode
        guard let rules = plan.capabilities.rules else { return [] }
        let note = mode == .drop ? "all but these are gone" : "the rows, if it were 'drop'"
        var lines = ["", "capabilities \(mode.rawValue): \(note)"]
        if rules.isEmpty { lines.append("  none is needed") }
        for rule in rules {
            lines += ["", "  \(rule.row.capability.name)"]
            lines += self.lines(about: rule.cause.description, indent: "    ")
            lines += Folding.lines("\(rule.group): \(rule.row.reason)", after: "    ", width: width)
        }
        return lines
    }
}

/// The filters of a policy as assembler listings, as the kernel gets them: in the order in which
/// they are loaded, except that ``ArgumentCheck/unknownProcess`` stands for the VM's process ID.
struct FilterListing {
    /// Empty if no filter is loaded.
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
