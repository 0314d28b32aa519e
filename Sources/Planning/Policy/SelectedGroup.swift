/// A group that is part of a ruleset, and what asked for it.
package struct SelectedGroup: Hashable, Sendable {
    package let group: SyscallGroup
    package let cause: GroupCause

    package init(_ group: SyscallGroup, because cause: GroupCause) {
        self.group = group
        self.cause = cause
    }
}

/// Why a group is part of a ruleset.
package enum GroupCause: Hashable, Sendable {
    /// It is part of every ruleset.
    case always
    /// This option of QEMU's command line needs it.
    case option(name: String, value: ByteString?)
    /// A section of a file of settings that QEMU reads.
    case section(place: String)
    /// QEMU's command line lacks this option, and its default needs it.
    case lacking(option: String)
    /// The configuration says so.
    case setting(String)
}

extension GroupCause: CustomStringConvertible {
    /// As a person reads it, on one line.
    package var description: String {
        switch self {
        case .always: "always"
        case .option(let name, nil): "-\(name)"
        case .option(let name, let value?): "-\(name) \(value.escaped)"
        case .section(let place): place
        case .lacking(let name): "no -\(name)"
        case .setting(let setting): setting
        }
    }
}
