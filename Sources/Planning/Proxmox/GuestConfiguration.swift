/// A VM's configuration as Proxmox keeps it, `/etc/pve/nodes/NODE/qemu-server/VMID.conf`, as far
/// as it says something about firmware.
package struct GuestConfiguration: Hashable, Sendable {
    package let vmid: UInt32
    /// What the VM is started with.
    package let current: Settings
    /// Changes that the next start takes over; `nil` where there is no such section.
    package let pending: Settings?
    /// By name, in the file's order.
    package let snapshots: [Snapshot]
    /// What Proxmox ignores of the file.
    package let warnings: [Warning]

    package struct Snapshot: Hashable, Sendable {
        package let name: String
        package let settings: Settings
    }

    /// One section's keys, as written; of a key that is given twice the last one counts.
    package struct Settings: Hashable, Sendable {
        private(set) var values: [String: Value] = [:]

        package struct Value: Hashable, Sendable {
            package let text: ByteString
            package let line: Int
        }

        package init() {}

        package subscript(key: String) -> Value? { values[key] }

        mutating func set(_ key: String, _ text: ByteString, line: Int) {
            values[key] = Value(text: text, line: line)
        }
    }

    /// A line that Proxmox ignores, and warns about in its own log.
    package struct Warning: Hashable, Sendable {
        package let line: Int
        package let cause: Cause

        package enum Cause: Hashable, Sendable {
            case unintelligible(ByteString)
            case unknownSection(ByteString)
            case duplicateSection(String)
            case deleteOutsidePending
        }
    }
}

extension GuestConfiguration.Warning {
    package var message: String {
        switch cause {
        case .unintelligible(let text): "line \(line) is ignored: \(excerpt(text))"
        case .unknownSection(let name): "line \(line): section \(excerpt(name)) is ignored"
        case .duplicateSection(let name):
            "line \(line): section \(quoted(name)) is given again, and replaces the one before"
        case .deleteOutsidePending: "line \(line): 'delete' is ignored outside of [PENDING]"
        }
    }
}
