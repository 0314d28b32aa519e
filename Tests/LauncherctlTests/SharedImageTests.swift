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
        let helper = image.helper()
        #expect(digests(of: image) == pages.flatMap { CryptoHashes.SHA384.hash($0.span) })
        if let helper { helper.join() }
        let bytes = image.withBytes { bytes in bytes.indices.map { bytes[$0] } }
        #expect(bytes == Array(pages.joined()))
    }

    @Test func `one thread does it alone where there is no other`() throws {
        defer { remove() }
        let pages = (0..<50).map(page)
        let digests = digests(of: try image(pages))
        #expect(digests == pages.flatMap { CryptoHashes.SHA384.hash($0.span) })
    }

    @Test func `what is behind the last whole page is left out`() throws {
        defer { remove() }
        let pages = (0..<9).map(page)
        let digests = digests(of: try image(pages + [[1, 2, 3]]))
        #expect(digests == pages.flatMap { CryptoHashes.SHA384.hash($0.span) })
    }

    private func digests(of image: SharedImage) -> [UInt8] {
        var digests: [UInt8] = []
        image.digestPages { digests += $0 }
        return digests
    }
}
