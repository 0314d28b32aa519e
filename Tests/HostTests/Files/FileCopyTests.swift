import Glibc
import Planning
import SystemPackage
import Testing

@testable import Host

struct FileCopyTests {
    private let directory: TemporaryDirectory
    private let file: FilePath
    private static let limit = 8 << 20

    init() throws {
        directory = try TemporaryDirectory()
        file = directory.path.appending("image")
    }

    private func content(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    private func bytes(of copy: borrowing FileCopy) -> [UInt8] {
        copy.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    }

    @Test(arguments: [0, 1, 4095, 4096, 2 << 20, (2 << 20) + 1, 5_000_000])
    func `a copy has the bytes of its file`(count: Int) throws {
        let content = content(count)
        try write(content, to: file)
        let copy = try FileCopy.whole(file, limit: Self.limit)
        #expect(copy.byteCount == count)
        #expect(bytes(of: copy) == content)
    }

    @Test func `parts are read wherever they lie, and the rest is empty`() throws {
        let content = content(10_000)
        try write(content, to: file)
        let copy = try FileCopy(opening: file, limit: Self.limit)
        #expect(bytes(of: copy) == Array(repeating: 0, count: 10_000))
        try copy.read(9000..<10_000)
        try copy.read(0..<10)
        let expected = content[..<10] + Array(repeating: 0, count: 8990) + content[9000...]
        #expect(bytes(of: copy) == Array(expected))
    }

    @Test func `a file that has become shorter is not taken for a part of itself`() throws {
        try write(content(10_000), to: file, mode: 0o644)
        let copy = try FileCopy(opening: file, limit: Self.limit)
        try #require(unsafe truncate(file.string, 9999) == 0)
        try copy.read(0..<9000)
        // Not #expect(throws:), which copies what its closure uses.
        do throws(HostFileError) {
            try copy.read(9000..<10_000)
            Issue.record("read what is not there")
        } catch {
            #expect(error == .changed(path: file))
        }
    }

    @Test func `nor is one that has become longer`() throws {
        try write(content(10_000), to: file, mode: 0o644)
        let copy = try FileCopy(opening: file, limit: Self.limit)
        try copy.read(0..<10_000)
        try copy.requireEnd()
        try #require(unsafe truncate(file.string, 10_001) == 0)
        do throws(HostFileError) {
            try copy.requireEnd()
            Issue.record("passed over a byte")
        } catch {
            #expect(error == .changed(path: file))
        }
    }

    @Test func `what is too large or no file is not copied`() throws {
        try write(content(100), to: file)
        #expect(throws: HostFileError.tooLarge(path: file, limit: 99)) {
            _ = try FileCopy.whole(file, limit: 99)
        }
        let missing = directory.path.appending("missing")
        #expect(throws: HostFileError.missing(path: missing)) {
            _ = try FileCopy.whole(missing, limit: 99)
        }
        #expect(
            throws: HostFileError.notRegularFile(path: directory.path, found: .directory)
        ) { _ = try FileCopy.whole(directory.path, limit: 99) }
    }
}
