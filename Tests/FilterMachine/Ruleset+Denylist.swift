package import Planning

extension Ruleset {
    /// Everything is allowed but what no VM does: for tests in which the process goes on.
    package static let denylist = Ruleset(
        default: .allow,
        execution: .unlimited,
        groups: [SelectedGroup(.forbidden, because: .always)]
    )
}
