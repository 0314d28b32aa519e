extension PolicyReport {
    /// For a program, on one line. Members are added in time, and none changes its meaning.
    ///
    ///     {"mode", "execution", "default": VERDICT, "groups": [{"name", "purpose",
    ///      "cause": {"kind", "option"?, "value"?, "setting"?}, "rules": [{"syscall", "number",
    ///      VERDICT…, "checks": [{"argument", "mask", "value"}], "reason"}]}]}
    ///
    /// With what else is given up, as far as it was looked at:
    ///
    ///     "landlock": {"mode", "scope": [TEXT], "rules": [{"path", "access": [RIGHT],
    ///      "folderAccess": [RIGHT], "group", "cause", "reason"}], "uncovered": [{"option",
    ///      "path"}]},
    ///     "capabilities": {"mode", "kept": [{"capability", "group", "cause", "reason"}]}
    ///
    /// A RIGHT is as the kernel's records have it: `write_file`, `make_sock`.
    ///
    /// A VERDICT is `"verdict"`, one of `allow`, `refuse`, `kill`; where it refuses also `"error"`
    /// and `"recorded"`. A check whose value stands for the VM's process ID has `"means": "own
    /// process"`. Masks and values are hexadecimal texts, since JSON numbers are no
    /// 64-bit integers everywhere.
    package var json: String {
        object(
            [
                ("mode", text(mode.rawValue)),
                ("execution", text(ruleset.execution.rawValue)),
                ("default", object(members(of: ruleset.defaultVerdict))),
                ("groups", array(ruleset.groups.map(group))),
            ] + fileMembers + capabilityMembers
        ) + "\n"
    }

    private var fileMembers: [(String, String)] {
        guard let files, let ruleset = files.ruleset else { return [] }
        let members = [
            ("mode", text(files.mode.rawValue)),
            ("scope", array(ruleset.scope.names.map(text))),
            ("rules", array(ruleset.rules.map(file))),
            (
                "uncovered",
                array(
                    files.uncovered.map {
                        object([("option", text($0.option)), ("path", text($0.path.escaped))])
                    }
                )
            ),
        ]
        return [("landlock", object(members))]
    }

    private func file(_ rule: FileRule) -> String {
        object([
            ("path", text(rule.path.escaped)),
            ("access", array(rule.row.access.names.map(text))),
            ("folderAccess", array(rule.row.folderAccess.names.map(text))),
            ("group", text(rule.group)),
            ("cause", cause(rule.cause)),
            ("reason", text(rule.row.reason)),
        ])
    }

    private var capabilityMembers: [(String, String)] {
        guard let capabilities, let rules = capabilities.rules else { return [] }
        let kept = rules.map { rule in
            object([
                ("capability", text(rule.row.capability.name)),
                ("group", text(rule.group)),
                ("cause", cause(rule.cause)),
                ("reason", text(rule.row.reason)),
            ])
        }
        let members = [("mode", text(capabilities.mode.rawValue)), ("kept", array(kept))]
        return [("capabilities", object(members))]
    }

    private func group(_ selected: SelectedGroup) -> String {
        object([
            ("name", text(selected.group.name)),
            ("purpose", text(selected.group.purpose)),
            ("cause", cause(selected.cause)),
            ("rules", array(selected.group.rules.map(rule))),
        ])
    }

    private func cause(_ cause: GroupCause) -> String {
        switch cause {
        case .always:
            object([("kind", text("always"))])
        case .option(let name, let value):
            object(
                [("kind", text("option")), ("option", text(name))]
                    + (value.map { [("value", text($0.escaped))] } ?? [])
            )
        case .section(let place):
            object([("kind", text("section")), ("place", text(place))])
        case .lacking(let option):
            object([("kind", text("lacking")), ("option", text(option))])
        case .setting(let setting):
            object([("kind", text("setting")), ("setting", text(setting))])
        }
    }

    private func rule(_ rule: SyscallRule) -> String {
        object(
            [("syscall", text(rule.syscall.name)), ("number", "\(rule.syscall.rawValue)")]
                + members(of: rule.verdict)
                + [("checks", array(rule.checks.map(check))), ("reason", text(rule.reason))]
        )
    }

    private func check(_ check: ArgumentCheck) -> String {
        object(
            [
                ("argument", "\(check.index)"),
                ("mask", text(hexadecimal(check.mask))),
                ("value", text(hexadecimal(check.value))),
            ] + (check.meansOwnProcess ? [("means", text("own process"))] : [])
        )
    }

    private func members(of verdict: Verdict) -> [(String, String)] {
        switch verdict {
        case .allow:
            [("verdict", text("allow"))]
        case .refuse(let refusal, let recording):
            [
                ("verdict", text("refuse")), ("error", text(refusal.errorName)),
                ("recorded", recording == .recorded ? "true" : "false"),
            ]
        case .kill:
            [("verdict", text("kill"))]
        }
    }

    private func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    private func array(_ elements: [String]) -> String {
        "[" + elements.joined(separator: ",") + "]"
    }

    private func text(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{00}"..<"\u{20}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
