/// The whole policy of one VM: what every system call is answered with.
package struct Ruleset: Hashable, Sendable {
    /// What a call gets that no row names, unknown and future numbers included.
    package let defaultVerdict: Verdict
    package let execution: Execution
    package let groups: [SelectedGroup]

    package init(
        default defaultVerdict: Verdict,
        execution: Execution,
        groups: [SelectedGroup]
    ) {
        self.defaultVerdict = defaultVerdict
        self.execution = execution
        self.groups = groups
    }

    /// How often the confined process may become another program.
    package enum Execution: String, Sendable, CaseIterable {
        /// Once: the launcher becomes QEMU, and nothing after that.
        case once
        /// As often as the rows allow: QEMU starts programs of its own.
        case unlimited
    }
}

extension Ruleset {
    package var rules: [SyscallRule] { groups.flatMap { $0.group.rules } }

    /// What a call made through the native ABI is answered with.
    ///
    /// A row with argument checks speaks before a row without; among rows that match alike, the
    /// more permissive one holds; where no row matches, the default.
    ///
    /// - Parameter number: any number, also one that is not a system call.
    package func verdict(number: UInt32, arguments: [UInt64]) -> Verdict {
        let rows = rules.filter { rule in
            rule.syscall.rawValue == number
                && rule.checks.allSatisfy { $0.holds(for: arguments) }
        }
        return rows.filter { !$0.checks.isEmpty }.map(\.verdict).max()
            ?? rows.map(\.verdict).max()
            ?? defaultVerdict
    }
}
