import Glibc
import Host
import Planning
import SystemPackage
import TestSupport
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

/// A datagram socket with a name, as the system's log has one.
final class DatagramListener: Sendable {
    let path: FilePath
    private let socket: FileDescriptor

    init(at path: FilePath) throws {
        self.path = path
        socket = FileDescriptor(
            rawValue: try check(Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
        )
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: Array(path.string.utf8).prefix($0.count - 1))
        }
        let number = socket.rawValue
        try unsafe withUnsafePointer(to: &address) { address in
            try unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let size = socklen_t(MemoryLayout<sockaddr_un>.size)
                _ = try check(unsafe bind(number, address, size))
            }
        }
    }

    deinit {
        close(socket.rawValue)
    }

    /// What was sent and is not received yet; `nil` for nothing. Never waits.
    func receive() throws -> String? {
        var buffer = [UInt8](repeating: 0, count: 8192)
        let number = socket.rawValue
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe recv(number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
        }
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}

struct SystemLogTests {
    @Test func `a record has the facility, the severity, the program and the process`() throws {
        let directory = try TemporaryDirectory()
        let listener = try DatagramListener(at: directory.path.appending("log"))
        let log = SystemLog(socketPath: listener.path)
        log.send("vm 100: started", severity: .info)
        log.send("vm 100: refused", severity: .error)
        #expect(try listener.receive() == "<30>qemu-launcher[\(getpid())]: vm 100: started")
        #expect(try listener.receive() == "<27>qemu-launcher[\(getpid())]: vm 100: refused")
        #expect(try listener.receive() == nil)
    }

    @Test func `a record is one printable line, however hostile its text`() throws {
        let directory = try TemporaryDirectory()
        let listener = try DatagramListener(at: directory.path.appending("log"))
        SystemLog(socketPath: listener.path).send(
            "a\n<0>kernel: panic\u{1B}[2J\0",
            severity: .info
        )
        #expect(
            try listener.receive()
                == "<30>qemu-launcher[\(getpid())]: "
                + #"a\n<0>kernel: panic\x1b[2J\x00"#
        )
    }

    @Test(arguments: ["x", "ä", "€", "🙂"])
    func `a long record is cut between characters`(character: String) throws {
        let directory = try TemporaryDirectory()
        let listener = try DatagramListener(at: directory.path.appending("log"))
        SystemLog(socketPath: listener.path).send(
            "." + String(repeating: character, count: 5000),
            severity: .info
        )
        let record = try #require(try listener.receive())
        let text = try #require(record.split(separator: ": ", maxSplits: 1).last)
        #expect(text.utf8.count <= SystemLog.maximumTextByteCount)
        #expect(text.utf8.count > SystemLog.maximumTextByteCount - 4)
        #expect(text.dropFirst().allSatisfy { String($0) == character })
    }

    @Test func `nobody listening, a full queue and an impossible address are all survived`() throws
    {
        let directory = try TemporaryDirectory()
        SystemLog(socketPath: directory.path.appending("none")).send("x", severity: .info)
        SystemLog(socketPath: FilePath(String(repeating: "x", count: 108)))
            .send("x", severity: .info)
        let listener = try DatagramListener(at: directory.path.appending("log"))
        for _ in 0..<2000 { SystemLog(socketPath: listener.path).send("x", severity: .info) }
        #expect(try listener.receive()?.hasSuffix(": x") == true)
    }
}
