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
