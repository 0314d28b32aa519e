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

struct SystemLogTests {
    private let directory: TemporaryDirectory
    private let journal: DatagramListener
    private let syslog: DatagramListener
    private let log: SystemLog

    init() throws {
        directory = try TemporaryDirectory()
        journal = try DatagramListener(at: directory.path.appending("journal"))
        syslog = try DatagramListener(at: directory.path.appending("log"))
        log = SystemLog(journal: journal.path, syslog: syslog.path)
    }

    /// On a host without the journal.
    private var plainLog: SystemLog {
        SystemLog(journal: directory.path.appending("none"), syslog: syslog.path)
    }

    private struct Refused: Failure {
        var message: String
        var hint: String?
        var exitStatus: Planning.ExitStatus { .imageRefused }
    }

    private func record(
        _ message: String,
        hint: String? = nil,
        of identity: MachineIdentity = MachineIdentity(),
    ) -> LaunchRecord {
        LaunchRecord(refusal: Refused(message: message, hint: hint), of: identity)
    }

    @Test func `the journal gets the line and every fact as a field`() throws {
        let uuid: ByteString = "7b10d7af-b932-4c66-b2c3-3996152ec465"
        let identity = MachineIdentity(vmID: "100", name: "web", uuid: uuid)
        log.send(record("vm 100: no", hint: "do", of: identity))
        let entry = try #require(try journal.receiveEntry())
        #expect(
            entry == [
                "MESSAGE": "refused status=65 vm 100: no",
                "MESSAGE_ID": "3d05cd510dcb4868989081b62c4bb566",
                "PRIORITY": "3", "SYSLOG_FACILITY": "3", "SYSLOG_IDENTIFIER": "qemu-launcher",
                "SYSLOG_PID": ByteString("\(getpid())"), "LAUNCHER_VM_ID": "100",
                "LAUNCHER_VM_NAME": "web", "LAUNCHER_VM_UUID": uuid, "LAUNCHER_STATUS": "65",
                "LAUNCHER_REASON": "vm 100: no", "LAUNCHER_HINT": "do",
            ]
        )
        #expect(try journal.receive() == nil)
        #expect(try syslog.receive() == nil, "one datagram, and not a second")
    }

    /// A name could forge a field of its own otherwise.
    @Test(
        arguments: [
            "a\nMESSAGE=forged\n", "\n", "a\n\n\0b", "=", "", "\u{1B}[2J",
        ]
    )
    func `a value is a value, whatever is in it`(name: String) throws {
        log.send(record("no", of: MachineIdentity(name: ByteString(name))))
        let entry = try #require(try journal.receiveEntry())
        #expect(entry["LAUNCHER_VM_NAME"] == ByteString(name))
        #expect(entry["MESSAGE"] == "refused status=65 no")
        #expect(entry.count == 9)
    }

    @Test func `a value that is not text, or too long, does no harm`() throws {
        let bytes = ByteString([0xFF, 0x0A, 0xFE] + [UInt8](repeating: 0x0A, count: 1 << 20))
        log.send(record("no", of: MachineIdentity(name: bytes)))
        let entry = try #require(try journal.receiveEntry())
        let limit = SystemLog.maximumTextByteCount
        #expect(entry["LAUNCHER_VM_NAME"] == ByteString(bytes.bytes.prefix(limit)))
        #expect(entry["LAUNCHER_REASON"] == "no")
    }

    @Test func `without the journal, syslog gets the line`() throws {
        plainLog.send(record("vm 100: no"))
        let start = "<27>qemu-launcher[\(getpid())]: "
        #expect(try syslog.receive() == start + "refused status=65 vm 100: no")
        #expect(try syslog.receive() == nil)
    }

    @Test func `a record is one printable line, however hostile its text`() throws {
        let text = #"refused status=65 a\n<0>kernel: panic\x1b[2J\x00"#
        for log in [plainLog, log] { log.send(record("a\n<0>kernel: panic\u{1B}[2J\0")) }
        #expect(try syslog.receive()?.hasSuffix("]: " + text) == true)
        #expect(try journal.receiveEntry()?["MESSAGE"] == ByteString(text))
    }

    @Test(arguments: ["x", "ä", "€", "🙂"])
    func `a long record is cut between characters`(character: String) throws {
        for log in [plainLog, log] { log.send(record(String(repeating: character, count: 5000))) }
        let line = try #require(try syslog.receive()?.split(separator: "]: ", maxSplits: 1).last)
        let message = try #require(try journal.receiveEntry()?["MESSAGE"]?.text)
        for text in [String(line), message] {
            #expect(text.utf8.count <= SystemLog.maximumTextByteCount)
            #expect(text.utf8.count > SystemLog.maximumTextByteCount - 4)
            #expect(text.trimmingPrefix("refused status=65 ").allSatisfy { "\($0)" == character })
        }
    }

    @Test func `nobody listening, a full queue and an impossible address are all survived`() throws
    {
        let none = directory.path.appending("none")
        SystemLog(journal: none, syslog: none).send(record("x"))
        let long = FilePath(String(repeating: "x", count: 108))
        SystemLog(journal: long, syslog: long).send(record("x"))
        for _ in 0..<2000 { log.send(record("x")) }
        #expect(try journal.receive()?.hasPrefix("MESSAGE=refused status=65 x\n") == true)
        // What the journal had no room for.
        #expect(try syslog.receive()?.hasSuffix(": refused status=65 x") == true)
    }

    @Test func `every kind of record has a number of its own`() {
        let numbers = LaunchRecord.Event.allCases.map(\.messageID)
        #expect(Set(numbers).count == numbers.count)
        #expect(numbers.allSatisfy { $0.count == 32 && $0.allSatisfy(\.isHexDigit) })
    }
}
