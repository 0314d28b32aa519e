import ArgumentParser
import Foundation
import Testing

@testable import launcherctl

/// What launcherctl is made of, as far as its files show it.
struct SourceLayoutTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/launcherctl").resolvingSymlinksInPath()

    private static let allowed: Set<Substring> = [
        "ArgumentParser", "FilterVerification", "FoundationEssentials", "Host", "Planning",
        "SystemPackage", "enum Crypto.P384", "enum Crypto.Insecure", "struct Crypto.SHA256",
        "struct Crypto.SHA384",
    ]

    private static func files() throws -> [String] {
        try #require(FileManager.default.enumerator(atPath: folder.path))
            .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
    }

    /// System calls, descriptors and C are Host's.
    @Test func `launcherctl imports no C`() throws {
        let files = try Self.files()
        #expect(files.count > 20)
        for file in files {
            let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
            for line in text.split(whereSeparator: \.isNewline) {
                let words = line.split { $0.isWhitespace || $0 == ";" }
                guard let index = words.firstIndex(of: "import"),
                    words[..<index].allSatisfy(Self.isModifier)
                else { continue }
                let module = words[(index + 1)...].joined(separator: " ")
                #expect(Self.allowed.contains(Substring(module)), "\(file): \(line)")
            }
        }
    }

    @Test func `each command has a folder, and nothing but the program is outside of one`() throws {
        let files = try Self.files()
        #expect(files.filter { !$0.contains("/") } == ["LauncherCtl.swift"])
        let folders = Set(files.compactMap { $0.split(separator: "/").dropLast().first })
        let commands = LauncherCtl.configuration.subcommands
            .compactMap { $0.configuration.commandName?.capitalized }
        #expect(commands.count == LauncherCtl.configuration.subcommands.count)
        let shared: Set<String> = ["Arguments", "Console", "Documents"]
        #expect(Set(folders.map(String.init)) == shared.union(commands))
    }

    private static func isModifier(_ word: Substring) -> Bool {
        word.hasPrefix("@")
            || ["public", "package", "internal", "fileprivate", "private"].contains(word)
    }
}
