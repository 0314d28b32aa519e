import Glibc
import Host
import Planning
import SystemPackage
import Testing

struct InvocationTests {
    @Test func `argv and the environment are read as the kernel has them`() throws {
        let invocation = try Invocation.current()
        #expect(try invocation.arguments == strings(of: "/proc/self/cmdline"))
        // Later changes of the environment do not show in /proc.
        let path = try strings(of: "/proc/self/environ").first { $0.hasPrefix("PATH=") }
        #expect(invocation.environment.first { $0.hasPrefix("PATH=") } == path)
        #expect(invocation.isRoot == isRoot)
    }

    @Test func `the node is the host's name up to its first dot`() throws {
        let file = try bytes(of: "/proc/sys/kernel/hostname")
        let name = file.prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "\n") }
        #expect(try Invocation.current().nodeName == String(decoding: name, as: UTF8.self))
    }

    @Test(arguments: [(0o755, false), (0o700, false), (0o775, true), (0o757, true), (0o1777, true)])
    func `a working directory that others may write to is told apart`(
        mode: Int,
        expected: Bool,
    ) async throws {
        let directory = try TemporaryDirectory()
        try change(directory.path, mode: mode_t(mode))
        await #expect(processExitsWith: .success) {
            [path = directory.path.string as String, expected = expected as Bool] in
            try changeDirectory(FilePath(path))
            #expect(try Invocation.current().workingDirectoryIsWritableByOthers == expected)
        }
    }

    @Test(.enabled(if: isRoot, "only root may change owners"))
    func `for root, another user's directory is writable by others`() async throws {
        let directory = try TemporaryDirectory()
        try change(directory.path, owner: 12345, group: 0)
        await #expect(processExitsWith: .success) { [path = directory.path.string as String] in
            try changeDirectory(FilePath(path))
            #expect(try Invocation.current().workingDirectoryIsWritableByOthers)
        }
    }

    private func strings(of path: FilePath) throws -> [ByteString] {
        try bytes(of: path).split(separator: 0, omittingEmptySubsequences: false)
            .dropLast().map { ByteString($0) }
    }
}
