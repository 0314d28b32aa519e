/// The files that one VM may open: everything else is refused where Landlock enforces.
package struct FileRuleset: Hashable, Sendable {
    package let rules: [FileRule]
    package let scope: DomainScope

    package init(rules: [FileRule], scope: DomainScope) {
        self.rules = rules
        self.scope = scope
    }

    /// Whether a row is about the path, as far as names tell.
    package func covers(_ path: ByteString) -> Bool { rules.contains { $0.covers(path) } }
}

/// How a launch restricts files.
package struct FilePlan: Hashable, Sendable {
    package let mode: LandlockMode
    /// `nil` where nobody looked, as for a launch with `landlock off`.
    package let ruleset: FileRuleset?
    /// Names in the command line that look like files, and that no row is about.
    package let uncovered: [UncoveredFile]

    package init(mode: LandlockMode, ruleset: FileRuleset?, uncovered: [UncoveredFile] = []) {
        self.mode = mode
        self.ruleset = ruleset
        self.uncovered = uncovered
    }

    package static let off = FilePlan(mode: .off, ruleset: nil)
}

/// A value that looks like a file's name and is in no row.
package struct UncoveredFile: Hashable, Sendable {
    /// As a message quotes it.
    package let option: String
    package let path: ByteString
}
