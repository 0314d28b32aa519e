/// A named part of the policy: the system calls that one feature needs, or that nothing needs.
package struct SyscallGroup: Hashable, Sendable {
    /// What the group is called in `launcherctl policy` and in a record explained.
    package let name: String
    package let purpose: String
    /// What on a command line, or in the configuration, adds the group; `nil` where it is part of
    /// every ruleset.
    package let demand: String?
    /// Sorted by the system call's name.
    package let rules: [SyscallRule]

    package init(
        _ name: String,
        purpose: String,
        demand: String? = nil,
        rules: [SyscallRule]
    ) {
        self.name = name
        self.purpose = purpose
        self.demand = demand
        self.rules = rules
    }
}

extension SyscallGroup: CustomStringConvertible {
    package var description: String { name }
}
