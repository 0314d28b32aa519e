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
