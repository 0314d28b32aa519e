import Foundation
import Planning
import Testing

/// The tables of docs/image-codes.md are what an administrator searches.
struct CodeTableTests {
    @Test func `the document on image codes explains every code and no other`() throws {
        let text = try String(
            contentsOf: PackageFiles.root.appendingPathComponent("docs/image-codes.md"),
            encoding: .utf8
        )
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| FW-") }
        let found = rows.map { String($0.dropFirst(2).prefix(6)) }
        let known =
            ImageRefusal.Code.allCases.map(\.rawValue) + ImageWarning.Code.allCases.map(\.rawValue)
        #expect(found == known)
    }
}
