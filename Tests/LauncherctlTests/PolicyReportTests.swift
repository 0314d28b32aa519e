import Planning
import Testing

@testable import launcherctl

struct PolicyReportTests {
    private static let drive: ByteString = "if=none,aio=io_uring,file=/a\"b\\c\u{1}\n.qcow2"

    private func plan() throws -> LaunchPlan.ConfinementPlan {
        let words: [ByteString] = ["kvm", "-drive", Self.drive, "-daemonize"]
        let ruleset = try Ruleset.derived(from: QEMUCommandLine(words), spawn: .auto)
        return LaunchPlan.ConfinementPlan(
            mode: .enforce,
            ruleset: ruleset,
            files: .off,
            capabilities: .keep,
        )
    }

    @Test func `the table fits 80 columns and has every row`() throws {
        let plan = try plan()
        let text = PolicyReport(plan: plan, width: 80).text
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(line.count <= 80, "\(line)")
        }
        let words = Set(text.split { $0 == " " || $0 == "\n" })
        for rule in plan.ruleset.rules {
            #expect(words.contains(Substring(rule.syscall.name)), "\(rule.syscall)")
        }
    }

    @Test func `the table says what asked, and is a line of text whatever that is`() throws {
        let text = PolicyReport(plan: try plan(), width: nil).text
        #expect(
            text.contains(#"  asked for by: -drive if=none,aio=io_uring,file=/a"b\\c\x01\n.qcow2"#)
        )
        #expect(text.contains("exec    once, by the launcher"))
        #expect(text.contains("others  ENOSYS"))
        #expect(!text.contains("\u{1}"))
    }

    @Test func `off has no filters`() throws {
        let listing = FilterListing(try plan().ruleset, mode: .off)
        #expect(listing.programs.isEmpty)
        #expect(listing.text == "")
    }

    @Test func `the listing is the program`() throws {
        let ruleset = try plan().ruleset
        let program = try #require(FilterListing(ruleset, mode: .enforce).programs.first?.program)
        let lines = FilterListing.listing(of: program).split(separator: "\n")
        #expect(lines.count == program.instructions.count)
        #expect(lines.first == "0\tload [4]")
    }
}
