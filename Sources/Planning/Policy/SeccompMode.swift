/// What happens to a system call that the ruleset does not allow.
package enum SeccompMode: String, Sendable, CaseIterable {
    /// It is refused, or ends the process, as its row says.
    case enforce
    /// It happens, and the kernel records it.
    case log
    /// No filter is loaded.
    case off
}
