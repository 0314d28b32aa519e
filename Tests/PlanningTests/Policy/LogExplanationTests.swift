import Planning
import Testing

struct LogExplanationTests {
    private static func record(_ call: Int, pid: Int, comm: String = "\"kvm\"") -> String {
        "[1.0] audit: type=1326 pid=\(pid) comm=\(comm) sig=0 arch=c000003e syscall=\(call) "
            + "code=0x50000"
    }

    @Test func `each thing is told once, with how often it was there and who did it`() {
        let log = [
            Self.record(151, pid: 7), "usb 1-1: new device", Self.record(151, pid: 9),
            Self.record(308, pid: 7), Self.record(151, pid: 7), "qemu: Bad system call",
        ].joined(separator: "\n")
        let explanation = LogExplanation(ByteString(log))
        #expect(explanation.entries.map(\.count) == [3, 1, 1])
        #expect(explanation.entries.map(\.processIDs) == [[7, 9], [7], []])
        #expect(explanation.entries.last?.finding == .death)
    }

    @Test func `of one process only what it did`() {
        let log = ByteString(
            [Self.record(151, pid: 7), Self.record(308, pid: 70), "signal 31"]
                .joined(separator: "\n")
        )
        #expect(LogExplanation(log, of: 70).entries.map(\.processIDs) == [[70]])
        #expect(LogExplanation(log, of: 8).entries.isEmpty)
    }

    @Test(arguments: [
        ("/usr/sbin/qemu-launcher", "0x7ffc0000", true),
        ("/usr/sbin/launcherctl", "0x7ffc0000", true),
        ("/usr/bin/qemu-system-x86_64", "0x7ffc0000", false),
        ("/usr/sbin/qemu-launcher-2", "0x7ffc0000", false),
        // The one exec was used up: the launcher did not become QEMU.
        ("/usr/sbin/qemu-launcher", "0x7fc00000", false),
    ])
    func `the launcher's own exec is left out`(exe: String, code: String, isOwn: Bool) {
        let line =
            "type=1326 pid=7 comm=\"kvm\" exe=\"\(exe)\" sig=0 arch=c000003e syscall=59 code=\(code)"
        let explanation = LogExplanation(ByteString(line))
        #expect(explanation.launches == (isOwn ? 1 : 0))
        #expect(explanation.entries.isEmpty == isOwn)
    }

    @Test func `a thousand processes that do the same are one thing`() {
        let lines = (1...1_000).map { Self.record(151, pid: $0) }.joined(separator: "\n")
        #expect(LogExplanation(ByteString(lines)).entries.map(\.count) == [1_000])
    }

    @Test func `a log of noise has nothing`() {
        #expect(LogExplanation("").entries.isEmpty)
        #expect(LogExplanation("\n\n\n").entries.isEmpty)
        #expect(LogExplanation(ByteString((0...255).map(UInt8.init))).entries.isEmpty)
    }
}
