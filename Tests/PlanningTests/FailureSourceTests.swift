import Foundation
import TestSupport
import Testing

/// An error that is new has to get its words, its hint and its status: the compiler asks for them
/// where no `default` answers in their place.
struct FailureSourceTests {
    @Test func `no error answers for cases that it does not name`() throws {
        let folder = PackageFiles.root.appending(path: "Sources").resolvingSymlinksInPath()
        let files = try #require(FileManager.default.enumerator(atPath: folder.path))
            .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
        let sources = try files.map {
            SwiftSource(try String(contentsOf: folder.appending(path: $0), encoding: .utf8))
        }
        let failures = Set(sources.flatMap(\.failures))
        #expect(failures.count > 20 && failures.isSuperset(of: ["HostError", "AttachmentError"]))
        for (file, source) in zip(files, sources) {
            #expect(source.defaults(in: failures) == [], "\(file)")
        }
    }

    @Test(arguments: [
        ("enum Wrong: Failure { var hint: String? { switch self { default: nil } } }", ["Wrong"]),
        (
            "enum Wrong: Failure, Hashable {}\nextension Wrong.Cause { func f() { switch x { default: 1 } } }",
            ["Wrong"]
        ),
        ("enum Wrong: Failure { let x = y.default }\nenum Other { switch x { default: 1 } }", []),
    ])
    func `a default is found`(text: String, found: [String]) {
        let source = SwiftSource(text)
        #expect(source.failures == ["Wrong"])
        #expect(source.defaults(in: ["Wrong"]) == found)
    }
}

extension SwiftSource {
    /// The types that conform to `Failure`, and those in them.
    fileprivate var failures: [String] {
        declarations.filter { $0.header.contains("Failure") }.map(\.name)
    }

    /// The types among `names` that have a `default` in their bodies.
    fileprivate func defaults(in names: Set<String>) -> [String] {
        declarations.filter { names.contains($0.name) && $0.body.contains("default") }.map(\.name)
    }

    /// Types and extensions that stand in nothing else.
    private var declarations: [(name: String, header: [String], body: [String])] {
        var all: [(name: String, header: [String], body: [String])] = []
        for (index, word) in words.enumerated() where word.depth == 0 && !word.isMember {
            guard Self.kinds.contains(word.text) else { continue }
            let rest = words[(index + 1)...]
            let header = rest.prefix { $0.depth == 0 && !Self.kinds.contains($0.text) }
            let body = rest[header.endIndex...].prefix { $0.depth > 0 }
            guard let name = header.first?.text else { continue }
            all.append((name, header.map(\.text), body.filter { !$0.isMember }.map(\.text)))
        }
        return all
    }

    private static let kinds: Set<String> = ["struct", "enum", "extension"]
}
