import Foundation
import TestSupport
import Testing

struct MatrixRowTests {
    /// A list that is left out of `every` is never run, and nobody sees it.
    @Test func `every list of rows is run`() throws {
        let folder = PackageFiles.root.appending(path: "Tests/SystemTests/Matrix")
        let sources = try PackageFiles.files(in: folder, suffix: ".swift")
            .map { try String(contentsOf: $0, encoding: .utf8) }
        let lists = sources.flatMap { text in
            text.matches(of: /static let (\w+): \[MatrixRow\] = \[/).map { String($0.1) }
        }
        let sums = sources.compactMap { text in
            text.firstMatch(of: /static let every =\s+(\w+(?:\s+\+\s+\w+)*)/)?.1
        }
        let sum = try #require(sums.first)
        let run = sum.split { $0.isWhitespace || $0 == "+" }.map(String.init)
        #expect(lists.count > 8)
        #expect(Set(run).isSuperset(of: lists), "\(Set(lists).subtracting(run))")
    }

    @Test func `names are told once`() {
        let names = MatrixRow.all.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
