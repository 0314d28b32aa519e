/// A policy as text, for people and for programs: what `launcherctl policy` prints.
package struct PolicyReport: Sendable {
    package let ruleset: Ruleset
    package let mode: SeccompMode
    package let files: FilePlan?
    package let capabilities: CapabilityPlan?

    package init(
        _ ruleset: Ruleset,
        mode: SeccompMode,
        files: FilePlan? = nil,
        capabilities: CapabilityPlan? = nil,
    ) {
        self.ruleset = ruleset
        self.mode = mode
        self.files = files
        self.capabilities = capabilities
    }
}

extension Verdict {
    /// In one or two words: `allow`, `EPERM`, `ENOSYS, silent`, `kill`.
    package var summary: String {
        switch self {
        case .allow: "allow"
        case .refuse(let refusal, .recorded): refusal.errorName
        case .refuse(let refusal, .silent): "\(refusal.errorName), silent"
        case .kill: "kill"
        }
    }
}

extension Refusal {
    package var errorName: String {
        switch self {
        case .notImplemented: "ENOSYS"
        case .notPermitted: "EPERM"
        }
    }
}

extension ArgumentCheck {
    /// As a condition in C: `a0 == 0x23`, `a1 & 0x8 == 0x8`.
    package var summary: String {
        if meansOwnProcess { return "a\(index) == own process" }
        let left =
            mask == .max || mask == 0xFFFF_FFFF ? "a\(index)" : "a\(index) & \(hexadecimal(mask))"
        return "\(left) == \(hexadecimal(value))"
    }
}

func hexadecimal(_ number: some BinaryInteger) -> String { "0x" + String(number, radix: 16) }

extension PolicyReport {
    /// For a person, in 80 columns: each group with its cause, each row with its reason.
    package var table: String {
        var lines = [
            "seccomp \(mode.rawValue)",
            "exec    \(ruleset.execution == .once ? "once, by the launcher" : "as programs need it")",
            "others  \(ruleset.defaultVerdict.summary)",
        ]
        for selected in ruleset.groups {
            lines += ["", "\(selected.group.name): \(selected.group.purpose)"]
            lines += ["  asked for by: \(shortened(selected.cause.description, to: 62))"]
            for rule in selected.group.rules {
                let checks = rule.checks.map(\.summary).joined(separator: ", ")
                let call = rule.syscall.name + (checks.isEmpty ? "" : " (\(checks))")
                let start = "  \(padded(rule.verdict.summary, to: 14))  "
                lines += wrapped(rule.reason, after: start + padded(call, to: 20) + "  ")
            }
        }
        return (lines + fileLines + capabilityLines).joined(separator: "\n") + "\n"
    }

    private func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 0))
    }

    func shortened(_ text: String, to width: Int) -> String {
        text.count > width ? text.prefix(width - 1) + "…" : text
    }

    /// A row's reason after what it is about, in a column of its own.
    private func wrapped(_ text: String, after start: String) -> [String] {
        // What leaves no room for its reason gets a line of its own.
        start.count > 40
            ? [String(start.dropLast(2))] + wrapped(text, by: 40)
            : wrapped(text, by: 40, after: start)
    }

    /// - Parameters:
    ///   - count: how far lines are indented.
    ///   - start: what stands in front of the first one, in place of its indent.
    func wrapped(_ text: String, by count: Int, after start: String? = nil) -> [String] {
        let indent = String(repeating: " ", count: count)
        var lines: [String] = []
        var line = start ?? indent
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + word.count + 1 > 80 {
                lines.append(line)
                line = indent
                isEmpty = true
            }
            line += isEmpty ? "\(word)" : " \(word)"
            isEmpty = false
        }
        return lines + [line]
    }
}

/// Files and capabilities, for people and for programs.
extension PolicyReport {
    var fileLines: [String] {
        guard let files, let ruleset = files.ruleset else { return [] }
        let note: String =
            switch files.mode {
            case .enforce: "what no row is about fails with EACCES"
            case .log: "nothing is refused, and nothing observed: the kernel has no such mode"
            case .off: "the rows, if it were on"
            }
        var lines = ["", "landlock \(files.mode.rawValue): \(note)"]
        let scope = ruleset.scope.names
        lines.append(
            "  nothing outside is reached by: "
                + (scope.isEmpty ? "-" : scope.joined(separator: ", ") + " (Linux 6.12)")
        )
        var last: (group: String, cause: GroupCause)?
        for rule in ruleset.rules {
            if last.map({ $0.group != rule.group || $0.cause != rule.cause }) ?? true {
                lines += ["", title(of: rule.group)]
                lines += ["  asked for by: \(shortened(rule.cause.description, to: 62))"]
                last = (rule.group, rule.cause)
            }
            lines.append("  \(rule.path.escaped)")
            lines += wrapped("\(rule.row.summary): \(rule.row.reason)", by: 4)
        }
        for file in files.uncovered {
            lines += ["", "no row is about \(file.path.escaped)"]
            lines += ["  asked for by: \(shortened(file.option, to: 62))"]
        }
        return lines
    }

    var capabilityLines: [String] {
        guard let capabilities, let rules = capabilities.rules else { return [] }
        let note =
            capabilities.mode == .drop ? "all but these are gone" : "the rows, if it were 'drop'"
        var lines = ["", "capabilities \(capabilities.mode.rawValue): \(note)"]
        if rules.isEmpty { lines.append("  none is needed") }
        for rule in rules {
            lines += ["", "  \(rule.row.capability.name)"]
            lines += ["    asked for by: \(shortened(rule.cause.description, to: 60))"]
            lines += wrapped("\(rule.group): \(rule.row.reason)", by: 4)
        }
        return lines
    }

    private func title(of group: String) -> String {
        FileGroup.all.first { $0.name == group }.map { "files of \($0.name): \($0.purpose)" }
            ?? "files of \(group)"
    }
}

extension FileRow {
    /// What it allows, in words.
    package var summary: String {
        folderAccess.isEmpty
            ? access.summary : "\(access.summary); its folder, if missing: \(folderAccess.summary)"
    }
}

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
