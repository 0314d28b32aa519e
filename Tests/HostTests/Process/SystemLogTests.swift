import Glibc
import Host
import SystemPackage
import Testing

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
