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

    /// `text` after `start`, and further lines of it below one another.
    private func wrapped(_ text: String, after start: String) -> [String] {
        let indent = String(repeating: " ", count: 40)
        // What leaves no room for its reason gets a line of its own.
        var lines = start.count > 40 ? [String(start.dropLast(2))] : []
        var line = start.count > 40 ? indent : start
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
