import TestSupport
import Testing

@testable import Planning
@testable import launcherctl

/// Values are words of ours or sentences, and never what Swift prints of a value.
struct DocumentWordsTests {
    /// Keys whose values are other people's, or sentences, in which a parenthesis may stand.
    private static let sentences: Set<Substring> = [
        "reason", "purpose", "message", "hint", "cause", "value", "option", "place", "setting",
        "condition", "remark", "warnings", "arguments", "name", "launchDigestGap",
    ]

    private func check(_ document: some Encodable) throws {
        for (path, value) in try values(of: document) {
            #expect(!value.contains("Planning."), "\(path)")
            #expect(!value.contains("launcherctl."), "\(path)")
            let key = path.split(separator: ".").last?.prefix { $0 != "[" } ?? ""
            guard !Self.sentences.contains(key) else { continue }
            #expect(!value.contains("("), "\(path): \(value)")
        }
    }

    /// Every row that there is, whatever asks for it.
    private static let everything = LaunchPlan.ConfinementPlan(
        mode: .enforce,
        ruleset: Ruleset(
            default: .refuse(.notPermitted, .silent),
            execution: .once,
            groups: SyscallGroup.all.map { SelectedGroup($0, because: .always) },
        ),
        files: FilePlan(
            mode: .enforce,
            ruleset: FileRuleset(
                rules: FileGroup.all.flatMap { group in
                    group.rows.map { FileRule($0, of: group.name, because: .always) }
                },
                scope: [.signals, .abstractSockets],
            ),
        ),
        capabilities: CapabilityPlan(
            mode: .drop,
            rules: Capability.allCases.map {
                CapabilityRule(
                    row: CapabilityRow($0, because: "r"),
                    group: "g",
                    cause: .always
                )
            },
        ),
    )

    @Test func `no row of the policy is printed as Swift has it`() throws {
        try check(PolicyDocument(Self.everything))
        let groups = Self.everything.ruleset.groups
        let rules = groups.flatMap(\.group.rules).map(PolicyDocument.Rule.init)
        #expect(Set(rules.map(\.verdict)) == ["allow", "refuse", "kill"])
        #expect(Set(rules.compactMap(\.error)) == ["EPERM", "ENOSYS"])
    }

    @Test func `neither is another document`() throws {
        try check(PlanDocumentTests.report(.gap(.notConfidential)).document)
        try check(InspectDocumentTests.full)
        let image = SyntheticImage(storeByteCount: 0x2_0000).build()
        try check(InspectReport(image, path: "image.fd").document)
        try check(ListingDocumentTests.check)
        try check(ListingDocumentTests.listing())
        try check(ListingDocumentTests.measure)
    }
}
