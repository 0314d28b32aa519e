import Foundation
import Planning
import Testing

/// The README's table of codes is what an administrator searches.
struct CodeTableTests {
    @Test func `the README explains every code and no other`() throws {
        let text = try String(
            contentsOf: PackageFiles.root.appendingPathComponent("README.md"),
            encoding: .utf8
        )
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| FW-") }
        let found = rows.map { String($0.dropFirst(2).prefix(6)) }
        let known =
            ImageRefusal.Code.allCases.map(\.rawValue) + ImageWarning.Code.allCases.map(\.rawValue)
        #expect(found == known)
    }
}
