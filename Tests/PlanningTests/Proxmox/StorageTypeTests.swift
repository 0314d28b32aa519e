import Foundation
import TestSupport
import Testing

@testable import Planning

struct StorageTypeTests {
    /// A case that the list of names lacks would be called nothing, and never be made.
    @Test func `every case of the source has its name`() throws {
        let file = PackageFiles.root.appending(path: "Sources/Planning/Proxmox/StorageType.swift")
        let source = try String(contentsOf: file, encoding: .utf8)
        let cases = source.prefix(upTo: try #require(source.range(of: "case other(")).lowerBound)
            .split(separator: "\n").map { $0.drop { $0 == " " } }
            .filter { $0.hasPrefix("case ") }
            .flatMap { $0.dropFirst("case ".count).split(separator: ", ").map(String.init) }
        #expect(cases.count > 10 && cases.contains("glusterfs"))
        for name in cases {
            #expect(StorageType(name) != .other(name), "\(name)")
            #expect(StorageType(name).description == name)
        }
    }

    @Test func `every type of directory is one of Proxmox's own`() {
        for type in StorageType.directoryTypes {
            if case .other(let name) = type { Issue.record("\(name)") }
            #expect(type.isDirectoryType && type.takesPath)
        }
    }
}
