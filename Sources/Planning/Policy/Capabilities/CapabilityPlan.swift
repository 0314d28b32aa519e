/// Which capabilities QEMU keeps.
package struct CapabilityPlan: Hashable, Sendable {
    package let mode: CapabilityMode
    /// What the command line shows a need of; `nil` where nobody looked, as for a launch that keeps
    /// all.
    package let rules: [CapabilityRule]?

    package init(mode: CapabilityMode, rules: [CapabilityRule]?) {
        self.mode = mode
        self.rules = rules
    }

    package static let keep = CapabilityPlan(mode: .keep, rules: nil)

    /// Everything that stays; `nil` for all of them.
    package var kept: Set<Capability>? {
        mode == .drop ? Set((rules ?? []).map(\.row.capability)) : nil
    }
}

extension CapabilityPlan {
    /// - Parameters:
    ///   - groups: the groups of system calls that were selected for the command line.
    ///   - files: the rows about files; one that root may not use by itself keeps a capability.
    package static func derived(
        _ mode: CapabilityMode,
        from commandLine: QEMUCommandLine,
        groups: [SelectedGroup],
        files: FileRuleset,
        in surroundings: LaunchSurroundings,
    ) -> CapabilityPlan {
        var rules = groups.flatMap { selected in
            selected.group.capabilities.map {
                CapabilityRule(row: $0, group: selected.group.name, cause: selected.cause)
            }
        }
        for option in commandLine.options {
            let cause = commandLine.cause(option)
            rules += option.capabilities.map {
                CapabilityRule(row: $0, group: "command line", cause: cause)
            }
        }
        for file in files.rules where !file.isOurs && surroundings.foreign.contains(file.path) {
            let row = CapabilityRow.keep(
                .dac_override,
                because: "\(file.path.escaped) belongs to others, or is in a folder of others",
            )
            rules.append(CapabilityRule(row: row, group: file.group, cause: file.cause))
        }
        var seen: Set<Capability> = []
        return CapabilityPlan(
            mode: mode,
            rules: rules.filter { seen.insert($0.row.capability).inserted },
        )
    }
}
