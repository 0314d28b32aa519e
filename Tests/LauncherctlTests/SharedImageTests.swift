import Foundation
import SystemPackage
import Testing

@testable import Host
@testable import Planning
@testable import launcherctl

struct SharedImageTests {
    private let file: FilePath

    init() {
        let name = "launcherctl-\(UUID().uuidString).fd"
        file = FilePath(FileManager.default.temporaryDirectory.appending(path: name).path)
    }

    private func image(_ pages: [[UInt8]], isCopied: Bool = true) throws -> SharedImage {
        try Data(pages.joined()).write(to: URL(filePath: file.string))
        return SharedImage(try HeldFile(opening: file, limit: 1 << 30, isCopied: isCopied))
    }

    private func remove() { try? FileManager.default.removeItem(atPath: file.string) }

    private func page(_ number: Int) -> [UInt8] {
        (0..<4096).map { UInt8(truncatingIfNeeded: $0 &+ number &* 7) }
    }

    /// Around the limits of what is digested at a time; a third of the pages is padding.
    @Test(arguments: [0, 1, 2, 7, 8, 9, 16, 17, 130, 600], [false, true])
    func `two threads come to the digests that one comes to`(count: Int, isCopied: Bool) throws {
        defer { remove() }
        let pages = (0..<count).map { $0 % 30 < 10 ? page(0) : page($0) }
        let image = try image(pages, isCopied: isCopied)
        var digests: [UInt8] = []
        try image.digestPages { digests += $0 }
        #expect(digests == pages.flatMap { CryptoHashes.SHA384.hash($0.span) })
        let bytes = image.withBytes { bytes in bytes.indices.map { bytes[$0] } }
        #expect(bytes == Array(pages.joined()))
    }

    @Test(arguments: [0, 5 * 4096, 99 * 4096])
    func `an image that is cut short meanwhile has no digest`(count: Int) throws {
        defer { remove() }
        let image = try image((0..<100).map(page))
        try #require(unsafe truncate(file.string, count) == 0)
        #expect(throws: HostFileError.changed(path: file)) { try image.digestPages { _ in } }
    }

    @Test func `nor has one that has grown`() throws {
        defer { remove() }
        let image = try image((0..<20).map(page))
        try #require(unsafe truncate(file.string, 21 * 4096) == 0)
        #expect(throws: HostFileError.changed(path: file)) { try image.digestPages { _ in } }
    }
}
