import Planning
import Testing

struct SignalDeathTests {
    @Test(
        arguments: [
            "signal 31", "exit 159", "159", "31", "Bad system call (core dumped)",
            "kvm: terminated by SIGSYS", "start failed: QEMU exited with code 159",
            "qemu@100.service: Main process exited, code=killed, status=31/SYS",
            "killed by signal 31.", "EXIT STATUS: 159", "exit code -31", "rc=159",
        ] as [ByteString]
    )
    func `the end by a filter is recognised`(line: ByteString) {
        #expect(SignalDeath.isReported(by: line))
    }

    @Test(
        arguments: [
            "", " ", "-", "signal 3", "signal 15", "exit 31x", "131", "1590", "bad system",
            "system call", "/sys/class", "31 disks", "exit 1 after 159 seconds",
            "status=0/SUCCESS", "\u{FFFD}\0",
        ] as [ByteString]
    )
    func `another line is not`(line: ByteString) {
        #expect(!SignalDeath.isReported(by: line))
    }

    @Test func `bytes that are no text do no harm`() {
        #expect(!SignalDeath.isReported(by: ByteString((0...255).map(UInt8.init))))
        #expect(SignalDeath.isReported(by: ByteString([0xFF] + Array(" signal 31 ".utf8) + [0xFE])))
    }
}
