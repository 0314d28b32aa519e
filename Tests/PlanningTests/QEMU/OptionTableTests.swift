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
