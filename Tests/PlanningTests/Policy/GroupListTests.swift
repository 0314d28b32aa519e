import Foundation
import TestSupport
import Testing

@testable import Planning

/// Groups are declared in one place and listed in another, and groups of calls and of files meet by
/// their names.
struct GroupListTests {
    /// The names that Policy's sources declare groups by.
    private static func declared(_ type: String) throws -> Set<String> {
        let folder = PackageFiles.root.appending(path: "Sources/Planning/Policy")
        let files = try #require(FileManager.default.enumerator(atPath: folder.path))
            .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
        let declaration = try Regex(#"\b\#(type)\(\s*"([^"]+)""#)
        var names: Set<String> = []
        for file in files {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for match in text.matches(of: declaration) {
                names.insert(try #require(match.output[1].substring.map(String.init)))
            }
        }
        return names
    }

    /// One that is in no list is in no ruleset either, or can neither be set nor explained.
    @Test func `every group of calls is in a list`() throws {
        #expect(try Self.declared("SyscallGroup") == Set(SyscallGroup.all.map(\.name)))
    }

    @Test func `every group of files is in a list`() throws {
        #expect(try Self.declared("FileGroup") == Set(FileGroup.all.map(\.name)))
    }

    /// A group of calls brings the group of files that has its name: a name that is changed in one
    /// of them would part the two in silence.
    @Test func `groups of calls bring these groups of files`() {
        let files = Set(FileGroup.features.map(\.name))
        let both = files.intersection(SyscallGroup.features.map(\.name))
        #expect(both == ["desktop", "postcopy", "spawn"])
    }
}
