/// A named part of the policy: the system calls that one feature needs, or that nothing needs.
package struct SyscallGroup: Hashable, Sendable {
    /// What the group is called in `launcherctl policy` and in a record explained.
    package let name: String
    package let purpose: String
    /// What on a command line, or in the configuration, adds the group; `nil` where it is part of
    /// every ruleset.
    package let demand: String?
    /// What of root's power the feature needs, where `capabilities drop` takes away the rest.
    package let capabilities: [CapabilityRow]
    /// Sorted by the system call's name.
    package let rules: [SyscallRule]

    /// A group that is part of every ruleset, and that root needs no capability for.
    package init(_ name: String, purpose: String, rules: [SyscallRule]) {
        self.name = name
        self.purpose = purpose
        self.demand = nil
        self.capabilities = []
        self.rules = rules
    }

    /// A group that is asked for. What it needs of the capabilities has no default: where a feature
    /// is added, somebody has to say so.
    package init(
        _ name: String,
        purpose: String,
        demand: String,
        capabilities: [CapabilityRow],
        rules: [SyscallRule],
    ) {
        self.name = name
        self.purpose = purpose
        self.demand = demand
        self.capabilities = capabilities
        self.rules = rules
    }
}

extension SyscallGroup: CustomStringConvertible {
    package var description: String { name }
}
