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
    /// They are gone from every set, for QEMU and for all that it starts.
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
