/// What becomes of the files that no row names.
package enum LandlockMode: String, Sendable, CaseIterable {
    /// Nothing: no domain is made.
    case off
    /// They can be opened. The kernel has no permissive Landlock and observes nothing for us: the
    /// rows are worked out and looked up, and what `enforce` would refuse of the command line is
    /// said in warnings. What QEMU opens besides is not seen.
    case log
    /// The kernel refuses them, with EACCES.
    case enforce

    /// The version of Landlock that `enforce` takes (Linux 6.2): with an older one a file that
    /// cannot be opened could still be cut short by its path (LANDLOCK_ACCESS_FS_TRUNCATE).
    package static let requiredABI = 3
}
