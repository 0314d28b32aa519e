import Planning
import Testing

@testable import launcherctl

struct ExplanationTextTests {
    private static func record(_ call: Int, pid: Int, comm: String = "\"kvm\"") -> String {
        "[1.0] audit: type=1326 pid=\(pid) comm=\(comm) sig=0 arch=c000003e syscall=\(call) "
            + "code=0x50000"
    }

    private static func text(_ lines: [String]) -> String {
        LogExplanation(ByteString(lines.joined(separator: "\n"))).text
    }

    @Test func `each thing is told once, with how often it was there and who did it`() {
        let text = Self.text([
            Self.record(151, pid: 7), "usb 1-1: new device", Self.record(151, pid: 9),
            Self.record(308, pid: 7), Self.record(151, pid: 7), "qemu: Bad system call",
        ])
        #expect(
            text.contains(
                "mlockall (151) of thread 'kvm', process 7, 9: failed with EPERM, 3 times\n"
            )
        )
        #expect(text.contains("  group memory-lock: allow, because: "))
        #expect(text.contains(", or with -overcommit mem-lock=on, or with -incoming; "))
    }

    @Test func `a name made to mislead stays on its line`() {
        // "x\n  remedy: none\u{1B}[2J" as the kernel writes such a name.
        let comm = "780A202072656D6564793A206E6F6E651B5B324A"
        let text = Self.text([Self.record(151, pid: 7, comm: comm)])
        #expect(text.contains(#"thread 'x\n  remedy: none\x1b[2J'"#))
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("  remedy:") }.count == 1)
        #expect(!text.contains("\u{1B}"))
    }

    @Test func `many processes are not all named`() {
        let text = Self.text((1...1_000).map { Self.record(151, pid: $0) })
        #expect(text.contains("process 1, 2, 3, 4, 5, 6, 7, 8, …: "))
    }

    @Test func `the advice names what a filter ends a process for`() {
        #expect(SignalDeath.advice.contains("kexec_load"))
        #expect(SignalDeath.advice.contains("launcherctl explain"))
    }
}
