/// A part of root's power, by its number in include/uapi/linux/capability.h.
package enum Capability: UInt8, CaseIterable, Hashable, Sendable {
    case chown, dac_override, dac_read_search, fowner, fsetid, kill, setgid, setuid
    case setpcap, linux_immutable, net_bind_service, net_broadcast, net_admin, net_raw, ipc_lock
    case ipc_owner, sys_module, sys_rawio, sys_chroot, sys_ptrace, sys_pacct, sys_admin, sys_boot
    case sys_nice, sys_resource, sys_time, sys_tty_config, mknod, lease, audit_write, audit_control
    case setfcap, mac_override, mac_admin, syslog, wake_alarm, block_suspend, audit_read, perfmon
    case bpf, checkpoint_restore

    /// As capabilities(7) has it, without `CAP_`.
    package var name: String { "\(self)" }
}

/// What becomes of the capabilities that the command line shows no need of.
package enum CapabilityMode: String, Sendable, CaseIterable {
    /// QEMU gets what its caller has.
    case keep
    /// They are removed from every set, for QEMU and for everything that it starts.
    case drop
}

/// One row of the table of capabilities: what QEMU keeps, and why.
package struct CapabilityRow: Hashable, Sendable {
    package let capability: Capability
    package let reason: String

    package init(_ capability: Capability, because reason: String) {
        self.capability = capability
        self.reason = reason
    }

    static func keep(_ capability: Capability, because reason: String) -> CapabilityRow {
        CapabilityRow(capability, because: reason)
    }
}

/// A row, and what asked for it.
package struct CapabilityRule: Hashable, Sendable {
    package let row: CapabilityRow
    /// The group of system calls that needs it, or `command line`.
    package let group: String
    package let cause: GroupCause

    package init(row: CapabilityRow, group: String, cause: GroupCause) {
        self.row = row
        self.group = group
        self.cause = cause
    }
}

/// Which capabilities QEMU keeps.
package struct CapabilityPlan: Hashable, Sendable {
    package let mode: CapabilityMode
    /// What the command line shows a need of; `nil` if nobody looked, as for a launch that keeps
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
