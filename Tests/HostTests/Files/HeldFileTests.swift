import Glibc
import Planning
import SystemPackage
import Testing

@testable import Host

struct HeldFileTests {
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

    private func bytes(of copy: borrowing HeldFile) -> [UInt8] {
        copy.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    }

    @Test(arguments: [0, 1, 4095, 4096, 2 << 20, (2 << 20) + 1, 5_000_000], [false, true])
    func `the bytes are those of the file`(count: Int, isCopied: Bool) throws {
        let content = content(count)
        try write(content, to: file)
        let held = try HeldFile(opening: file, limit: Self.limit, isCopied: isCopied)
        try held.read(0..<count)
        try held.requireEnd()
        #expect(held.byteCount == count)
        #expect(bytes(of: held) == content)
        #expect(bytes(of: try HeldFile.whole(file, limit: Self.limit)) == content)
    }

    /// Without waiting, as open(2) does for as long as a lease is held.
    private func openForWriting() -> Errno? {
        let descriptor = unsafe open(file.string, O_WRONLY | O_NONBLOCK)
        guard descriptor < 0 else {
            close(descriptor)
            return nil
        }
        return Errno(rawValue: errno)
    }

    @Test func `nobody writes to a file while it is held`() throws {
        try write(content(10_000), to: file, mode: 0o644)
        do {
            let held = try HeldFile.whole(file, limit: Self.limit)
            #expect(openForWriting() == .wouldBlock)
            #expect(bytes(of: held) == content(10_000))
        }
        #expect(openForWriting() == nil)
    }

    @Test func `a file that somebody writes to is copied`() throws {
        try write(content(10_000), to: file, mode: 0o644)
        let writer = try FileDescriptor.open(file, .readWrite)
        defer { try? writer.close() }
        let held = try HeldFile.whole(file, limit: Self.limit)
        _ = try writer.writeAll(Array(repeating: 0, count: 10_000))
        #expect(bytes(of: held) == content(10_000))
    }

    @Test func `parts are read wherever they lie, and the rest is empty`() throws {
        let content = content(10_000)
        try write(content, to: file)
        let copy = try HeldFile(opening: file, limit: Self.limit, isCopied: true)
        #expect(bytes(of: copy) == Array(repeating: 0, count: 10_000))
        try copy.read(9000..<10_000)
        try copy.read(0..<10)
        let expected = content[..<10] + Array(repeating: 0, count: 8990) + content[9000...]
        #expect(bytes(of: copy) == Array(expected))
    }

    @Test func `a file that has become shorter is not taken for a part of itself`() throws {
        try write(content(10_000), to: file, mode: 0o644)
        let copy = try HeldFile(opening: file, limit: Self.limit, isCopied: true)
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
        let copy = try HeldFile(opening: file, limit: Self.limit, isCopied: true)
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
            _ = try HeldFile.whole(file, limit: 99)
        }
        let missing = directory.path.appending("missing")
        #expect(throws: HostFileError.missing(path: missing)) {
            _ = try HeldFile.whole(missing, limit: 99)
        }
        #expect(
            throws: HostFileError.notRegularFile(path: directory.path, found: .directory)
        ) { _ = try HeldFile.whole(directory.path, limit: 99) }
    }
}
