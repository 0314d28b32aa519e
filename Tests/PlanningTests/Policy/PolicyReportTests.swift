import FilterMachine
import Foundation
import Planning
import Testing

struct PolicyReportTests {
    private func report(_ mode: SeccompMode = .enforce) throws -> PolicyReport {
        let value: ByteString = "if=none,aio=io_uring,file=/a\"b\\c\u{1}\n.qcow2"
        let options: [(name: String, value: ByteString?)] = [("drive", value), ("daemonize", nil)]
        return PolicyReport(try Ruleset.derived(from: options, spawn: .auto), mode: mode)
    }

    @Test func `the table fits 80 columns and has every row`() throws {
        let report = try report()
        let lines = report.table.split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines { #expect(line.count <= 80, "\(line)") }
        let words = Set(report.table.split { $0 == " " || $0 == "\n" })
        for rule in report.ruleset.rules {
            #expect(words.contains(Substring(rule.syscall.name)), "\(rule.syscall)")
        }
    }

    @Test func `the table says what asked, and is a line of text whatever that is`() throws {
        let table = try report().table
        #expect(
            table.contains(#"  asked for by: -drive if=none,aio=io_uring,file=/a"b\\c\x01\n.qcow2"#)
        )
        #expect(table.contains("exec    once, by the launcher"))
        #expect(table.contains("others  ENOSYS"))
        #expect(!table.contains("\u{1}"))
    }

    @Test func `the JSON is JSON and says the same`() throws {
        let report = try report()
        let data = Data(report.json.utf8)
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(json["mode"] as? String == "enforce")
        #expect(json["execution"] as? String == "once")
        let groups = try #require(json["groups"] as? [[String: Any]])
        #expect(groups.map { $0["name"] as? String } == report.ruleset.groups.map(\.group.name))
        let rules = groups.compactMap { $0["rules"] as? [[String: Any]] }.flatMap(\.self)
        #expect(rules.count == report.ruleset.rules.count)
        for (rule, row) in zip(report.ruleset.rules, rules) {
            #expect(row["syscall"] as? String == rule.syscall.name)
            #expect(row["number"] as? Int == Int(rule.syscall.rawValue))
            #expect(row["reason"] as? String == rule.reason)
            #expect((row["checks"] as? [Any])?.count == rule.checks.count)
        }
        let ring = try #require(groups.first { $0["name"] as? String == "io-uring" })
        let cause = try #require(ring["cause"] as? [String: String])
        #expect(cause["kind"] == "option" && cause["option"] == "drive")
    }

    @Test func `off has no programs`() throws {
        #expect(try report(.off).programs.isEmpty)
    }

    @Test func `bytes and listing are the program`() throws {
        let program = try #require(try report().programs.first?.program)
        let bytes = program.bytes
        #expect(bytes.count == program.instructions.count * 8)
        #expect(bytes.prefix(8) == [0x20, 0, 0, 0, 4, 0, 0, 0])
        let listing = program.listing.split(separator: "\n")
        #expect(listing.count == program.instructions.count)
        #expect(listing.first == "0\tload [4]")
    }
}
