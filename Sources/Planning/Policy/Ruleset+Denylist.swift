extension Ruleset {
    /// Everything is allowed but what no VM does: for a QEMU about which nothing else is known.
    package static let denylist = Ruleset(
        default: .allow,
        execution: .unlimited,
        groups: [SelectedGroup(.forbidden, because: .always)]
    )
}
