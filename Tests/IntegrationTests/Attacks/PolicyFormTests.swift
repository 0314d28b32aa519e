import Foundation
import Planning
import Testing

/// The filter follows what QEMU is told, not how it is told.
@Suite(.launching, .needsProducts)
struct PolicyFormTests {
    private struct Answer: Decodable {
        struct Group: Decodable { let name: String }

        let groups: [Group]
    }

    @Test(arguments: PolicyForm.all, ["policy", "plan"] as [ByteString])
    func `a group of system calls is there in every form of its option`(
        form: PolicyForm,
        command: ByteString,
    ) async throws {
        let store = try StagedHost(image: "")
        try AttackFiles.write(form.file.map { ["conf": $0] } ?? [:], in: store)
        let words = form.arguments.map { AttackFiles.expanded($0, store) }
        let outcome = try await run(
            Child.Request(
                program: Products.launcherctl,
                arguments: ["launcherctl", command, "--json", "--"]
                    + (command == "plan" ? ["/usr/bin/kvm"] : [])
                    // None of the groups that a window brings.
                    + ["-launcher-config", ByteString(store.configuration), "-display", "none"]
                    + words
            )
        )
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        let answer = try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
        #expect(answer.groups.map(\.name).contains(form.group))
    }
}
