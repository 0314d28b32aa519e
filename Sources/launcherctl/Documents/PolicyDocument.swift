import Planning

/// What `launcherctl policy --json` prints. Keys are added in time, and none changes its meaning.
struct PolicyDocument: Encodable {
    /// What becomes of a call: `verdict` is `allow`, `refuse` or `kill`.
    struct Answer: Encodable {
        let verdict: String
        /// The error's name if the call is refused, such as `EPERM`.
        let error: String?
        /// If it is refused: whether the kernel records it.
        let recorded: Bool?
    }

    struct Group: Encodable {
        let name: String
        let purpose: String
        let cause: Cause
        let rules: [Rule]
    }

    /// What asked for a group or a row; `kind` says which of the others exist.
    struct Cause: Encodable {
        let kind: String
        var option: String?
        var value: String?
        var place: String?
        var setting: String?
    }

    /// A row about a system call; `plan --json` has the same.
    struct Rule: Encodable {
        let syscall: String
        let number: UInt32
        let verdict: String
        let error: String?
        let recorded: Bool?
        let checks: [Check]
        let reason: String
    }

    /// The argument, masked, equals the value. Both are hexadecimal texts, because JSON numbers are
    /// not 64-bit integers everywhere.
    struct Check: Encodable {
        let argument: Int
        let mask: String
        let value: String
        /// `own process` if the value stands for the VM's process ID.
        let means: String?
    }

    struct Landlock: Encodable {
        struct Rule: Encodable {
            let path: String
            /// Rights as the kernel's records name them: `write_file`, `make_sock`.
            let access: [String]
            let folderAccess: [String]
            let group: String
            let cause: Cause
            let reason: String
        }

        struct Uncovered: Encodable {
            let option: String
            let path: String
        }

        let mode: String
        let scope: [String]
        let rules: [Rule]
        let uncovered: [Uncovered]
    }

    struct Capabilities: Encodable {
        struct Kept: Encodable {
            let capability: String
            let group: String
            let cause: Cause
            let reason: String
        }

        let mode: String
        let kept: [Kept]
    }

    let mode: String
    let execution: String
    /// For calls that no row names.
    let `default`: Answer
    let groups: [Group]
    /// Absent if files were not examined.
    let landlock: Landlock?
    /// Absent if capabilities were not examined.
    let capabilities: Capabilities?
}

extension PolicyDocument {
    init(_ plan: LaunchPlan.ConfinementPlan) {
        mode = plan.mode.rawValue
        execution = plan.ruleset.execution.rawValue
        `default` = Answer(plan.ruleset.defaultVerdict)
        groups = plan.ruleset.groups.map(Group.init)
        landlock = Landlock(plan.files)
        capabilities = Capabilities(plan.capabilities)
    }
}

extension PolicyDocument.Answer {
    fileprivate init(_ answer: Verdict) {
        switch answer {
        case .allow: self.init(verdict: "allow", error: nil, recorded: nil)
        case .refuse(let refusal, let recording):
            self.init(
                verdict: "refuse",
                error: refusal.errorName,
                recorded: recording == .recorded,
            )
        case .kill: self.init(verdict: "kill", error: nil, recorded: nil)
        }
    }
}

extension PolicyDocument.Group {
    fileprivate init(_ selected: SelectedGroup) {
        name = selected.group.name
        purpose = selected.group.purpose
        cause = PolicyDocument.Cause(selected.cause)
        rules = selected.group.rules.map(PolicyDocument.Rule.init)
    }
}

extension PolicyDocument.Cause {
    fileprivate init(_ cause: GroupCause) {
        switch cause {
        case .always: self.init(kind: "always")
        case .option(let name, let value):
            self.init(kind: "option", option: name, value: value?.escaped)
        case .section(let place): self.init(kind: "section", place: place)
        case .lacking(let option): self.init(kind: "lacking", option: option)
        case .setting(let setting): self.init(kind: "setting", setting: setting)
        }
    }
}

extension PolicyDocument.Rule {
    init(_ rule: SyscallRule) {
        let answer = PolicyDocument.Answer(rule.verdict)
        syscall = rule.syscall.name
        number = rule.syscall.rawValue
        verdict = answer.verdict
        error = answer.error
        recorded = answer.recorded
        checks = rule.checks.map(PolicyDocument.Check.init)
        reason = rule.reason
    }
}

extension PolicyDocument.Check {
    fileprivate init(_ check: ArgumentCheck) {
        argument = check.index
        mask = hexadecimal(check.mask)
        value = hexadecimal(check.value)
        means = check.meansOwnProcess ? "own process" : nil
    }
}

extension PolicyDocument.Landlock {
    /// - Returns: `nil` if nobody looked.
    fileprivate init?(_ plan: FilePlan) {
        guard let ruleset = plan.ruleset else { return nil }
        mode = plan.mode.rawValue
        scope = ruleset.scope.names
        rules = ruleset.rules.map { rule in
            Rule(
                path: rule.path.escaped,
                access: rule.row.access.names,
                folderAccess: rule.row.folderAccess.names,
                group: rule.group,
                cause: PolicyDocument.Cause(rule.cause),
                reason: rule.row.reason,
            )
        }
        uncovered = plan.uncovered.map { Uncovered(option: $0.option, path: $0.path.escaped) }
    }
}

extension PolicyDocument.Capabilities {
    /// - Returns: `nil` if nobody looked.
    fileprivate init?(_ plan: CapabilityPlan) {
        guard let rules = plan.rules else { return nil }
        mode = plan.mode.rawValue
        kept = rules.map { rule in
            Kept(
                capability: rule.row.capability.name,
                group: rule.group,
                cause: PolicyDocument.Cause(rule.cause),
                reason: rule.row.reason,
            )
        }
    }
}
