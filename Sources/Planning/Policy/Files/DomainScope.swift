/// What processes in the domain may do to those outside, besides files.
///
/// LANDLOCK_SCOPE_* of include/uapi/linux/landlock.h, version 6 (Linux 6.12).
package struct DomainScope: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// No connection to a socket with an abstract name that was made outside.
    package static let abstractSockets = DomainScope(rawValue: 1 << 0)
    /// No signal to a process outside.
    package static let signals = DomainScope(rawValue: 1 << 1)

    package static let requiredABI = 6

    package var names: [String] {
        (contains(.abstractSockets) ? ["abstract sockets"] : [])
            + (contains(.signals) ? ["signals"] : [])
    }
}
