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
        #expect(held.byteCount == count)
        #expect(bytes(of: held) == content)
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
            let held = try HeldFile(opening: file, limit: Self.limit)
            #expect(openForWriting() == .wouldBlock)
            #expect(bytes(of: held) == content(10_000))
        }
        #expect(openForWriting() == nil)
    }

    @Test func `a file that somebody writes to is copied`() throws {
        try write(content(10_000), to: file, mode: 0o644)
        let writer = try FileDescriptor.open(file, .readWrite)
        defer { try? writer.close() }
        let held = try HeldFile(opening: file, limit: Self.limit)
        _ = try writer.writeAll(Array(repeating: 0, count: 10_000))
        #expect(bytes(of: held) == content(10_000))
    }

    /// As one that is cut short or grows while it is copied: in /sys a file says 4096 bytes and has
    /// fewer, in /proc it says 0 and has more.
    @Test(arguments: ["/sys/kernel/mm/transparent_hugepage/enabled", "/proc/self/status"])
    func `a file that is not as long as it says is not taken for one`(name: String) throws {
        let path = FilePath(name)
        try #require(unsafe access(name, R_OK) == 0)
        // Not #expect(throws:), which copies what its closure uses.
        do throws(HostFileError) {
            _ = try HeldFile(opening: path, limit: Self.limit, isCopied: true)
            Issue.record("took it as it is")
        } catch {
            #expect(error == .changed(path: path))
        }
    }

    @Test func `what is too large or no file is not copied`() throws {
        try write(content(100), to: file)
        #expect(throws: HostFileError.tooLarge(path: file, limit: 99)) {
            _ = try HeldFile(opening: file, limit: 99)
        }
        let missing = directory.path.appending("missing")
        #expect(throws: HostFileError.missing(path: missing)) {
            _ = try HeldFile(opening: missing, limit: 99)
        }
        #expect(
            throws: HostFileError.notRegularFile(path: directory.path, found: .directory)
        ) { _ = try HeldFile(opening: directory.path, limit: 99) }
    }
}
