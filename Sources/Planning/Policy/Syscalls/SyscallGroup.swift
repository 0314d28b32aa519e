/// A named part of the policy: the system calls that one feature needs, or that nothing needs.
package struct SyscallGroup: Hashable, Sendable {
    /// What the group is called in `launcherctl policy` and in a record explained.
    package let name: String
    package let purpose: String
    /// What on a command line, or in the configuration, adds the group; `nil` if it is part of
    /// every ruleset.
    package let demand: String?
    /// Which of root's powers the feature needs if `capabilities drop` takes away the rest.
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

    /// A group that is asked for. Its capabilities have no default: if a feature is added, somebody
    /// has to say which it needs.
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

extension SyscallGroup {
    /// What an option or a setting may add to `Ruleset.base`.
    package static let features: [SyscallGroup] = [
        .spawn, .networkNamespaces, .daemonize, .asyncTeardown, .identity, .chroot, .ioUring,
        .memoryLock, .numa, .desktop, .scheduling, .sharedFolder, .postcopy, .keyring, .ebpf, .can,
        .afXDP, .ping, .tunnel, .rdma, .sharedSockets, .fuse, .terminalLink, .otherRequests,
    ]

    /// What `groups` in launcher.conf may add. Whether QEMU starts programs is a separate setting.
    package static let settable: [SyscallGroup] = features.filter { $0.name != spawn.name }

    package static let all: [SyscallGroup] = Ruleset.base + features
}
