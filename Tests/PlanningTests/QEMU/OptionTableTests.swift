import Foundation
import Planning
import TestSupport
import Testing

struct QEMUOptionTests {
    @Test func `the table is sorted by bytes, without doubles, so that it can be searched`() {
        let names = QEMUOption.table.map { Array($0.name.utf8) }
        #expect(zip(names, names.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    }

    @Test(arguments: QEMUOption.table + QEMUOption.launcherOptions)
    func `every option is found by its name and by nothing longer or shorter`(option: QEMUOption) {
        #expect(QEMUOption.named(option.name.utf8) == option)
        #expect(QEMUOption.named((option.name + "\0").utf8) == nil)
        let shorter = String(option.name.dropLast())
        #expect(QEMUOption.named(shorter.utf8)?.name != option.name)
    }

    @Test func `no option of the launcher is one of QEMU's`() {
        let launcher = Set(QEMUOption.launcherOptions.map(\.name))
        #expect(launcher.isDisjoint(with: QEMUOption.table.map(\.name)))
    }

    /// What Debian's binaries of three versions answered: `value`, `flag`, or `-` for no option.
    struct Answer: Sendable, CustomTestStringConvertible {
        let name: String
        /// By version, `10.0`.
        let kinds: [(version: String, kind: Substring)]
        var testDescription: String { name }
    }

    private static let answers: [Answer] = {
        let file = PackageFiles.root.appending(path: "Tests/PlanningTests/QEMU/options.tsv")
        let lines = ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        guard let versions = lines.first?.dropFirst().map(String.init) else { return [] }
        return lines.dropFirst().map { line in
            Answer(name: String(line[0]), kinds: Array(zip(versions, line.dropFirst())))
        }
    }()

    private static func isThere(_ option: QEMUOption, in version: String) -> Bool {
        func isAtLeast(_ other: String) -> Bool {
            version.compare(other, options: .numeric) != .orderedAscending
        }
        return option.origin == .upstream && option.since.map(isAtLeast) != false
            && option.removed.map(isAtLeast) != true
    }

    @Test func `the binaries were asked for every name`() {
        #expect(Self.answers.map(\.name).sorted() == QEMUOption.table.map(\.name).sorted())
        #expect(Self.answers.allSatisfy { $0.kinds.map(\.version) == ["7.2", "10.0", "11.1"] })
    }

    @Test(arguments: answers)
    func `the table says what the binaries answered`(answer: Answer) throws {
        let option = try #require(QEMUOption.named(answer.name.utf8))
        for (version, kind) in answer.kinds {
            let expected = option.takesValue ? "value" : "flag"
            #expect(kind == (Self.isThere(option, in: version) ? expected : "-"), "\(version)")
        }
    }

    private struct Row: Decodable {
        let arg: Bool
        let since: String?
        let removed: String?
    }

    @Test(.enabled(if: PackageFiles.hasCorpus, "LAUNCHER_CORPUS names no folder"))
    func `the table says what QEMU's sources and binaries say`() throws {
        let file = PackageFiles.corpus.appending(path: "qemu-options.json")
        let rows = try JSONDecoder().decode([String: Row].self, from: Data(contentsOf: file))
        #expect(Set(QEMUOption.table.map(\.name)) == Set(rows.keys))
        for option in QEMUOption.table {
            let row = try #require(rows[option.name])
            #expect(option.takesValue == row.arg, "\(option.name)")
            if option.origin == .upstream {
                #expect(option.removed == row.removed, "\(option.name)")
                let since = row.since.flatMap { $0.hasPrefix("<") ? nil : $0 }
                #expect(option.since == since, "\(option.name)")
            }
        }
    }
}
