import Foundation
import TestSupport
import Testing

struct PlanningImportsTests {
    /// What decides must not be able to do: no file, no system call, no C.
    @Test(arguments: [("Planning", 20), ("LZMA", 1)])
    func `Planning imports nothing but paths, hash functions and signatures`(
        target: String,
        fileCount: Int
    ) throws {
        let folder = PackageFiles.root.appending(path: "Sources/\(target)")
        let files = try #require(
            FileManager.default.enumerator(atPath: folder.resolvingSymlinksInPath().path)
        ).compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
        #expect(files.count >= fileCount)
        for file in files {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for line in text.split(whereSeparator: \.isNewline) {
                let words = line.split { $0.isWhitespace || $0 == ";" }
                guard let index = words.firstIndex(of: "import"),
                    words[..<index].allSatisfy(Self.isModifier)
                else { continue }
                let imported = words[(index + 1)...].joined(separator: " ")
                #expect(Self.allowed.contains(imported), "\(file): \(line)")
            }
        }
    }

    /// What starts a program or a QEMU is in SystemTests. (The corpus' images are unpacked by a program,
    /// in TestSupport: they are an extra.)
    @Test func `these tests start no program`() throws {
        let folder = PackageFiles.root.appending(path: "Tests/PlanningTests")
        let files = try #require(
            FileManager.default.enumerator(atPath: folder.resolvingSymlinksInPath().path)
        ).compactMap { $0 as? String }.filter {
            $0.hasSuffix(".swift") && $0 != "PlanningImportsTests.swift"
        }
        #expect(files.count > 20)
        let starting = [
            "Process()", "posix_spawn", "fork(", "Child(", "Child.Request", "Products.",
            "StagedHost", "processExitsWith",
        ]
        for file in files {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for word in starting { #expect(!text.contains(word), "\(file): \(word)") }
        }
    }

    private static let allowed: Set<String> = [
        "LZMA", "SystemPackage", "protocol Crypto.HashFunction", "struct Crypto.SHA256",
        "struct Crypto.SHA384", "enum Crypto.Curve25519",
    ]

    private static func isModifier(_ word: Substring) -> Bool {
        word.hasPrefix("@")
            || ["public", "package", "internal", "fileprivate", "private"].contains(word)
    }
}
