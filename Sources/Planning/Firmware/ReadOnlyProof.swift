/// Why an image counts as read-only. One that holds and is accepted is enough.
package enum ReadOnlyProof: String, Hashable, Sendable, CaseIterable {
    /// No write permission for anyone: mode 0444 or stricter.
    case mode
    /// The file system is mounted read-only.
    case mount
    /// The file has the immutable attribute (`chattr +i`).
    case immutable
    /// The file is protected by fs-verity.
    case verity
}
