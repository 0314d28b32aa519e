import Planning
import Testing

struct RecordedCallsTests {
    private static func record(
        _ call: Int,
        pid: Int = 7,
        comm: String = "kvm",
        exe: String = "/usr/bin/qemu-system-x86_64",
        code: String = "0x7ffc0000",
        session: UInt32 = 3,
    ) -> String {
        "type=1326 audit(1.0:1): ses=\(session) pid=\(pid) comm=\"\(comm)\" exe=\"\(exe)\" sig=0 arch=c000003e "
            + "syscall=\(call) code=\(code)"
    }

    private func calls(_ lines: String...) -> RecordedCalls {
        let log = ByteString((["usb 1-1: new device"] + lines).joined(separator: "\n"))
        return RecordedCalls(log, of: 7, witness: 9)
    }

    @Test func `what was recorded is counted, and each call's remedy said once`() {
        let calls = calls(
            Self.record(151),
            Self.record(308),
            Self.record(151, comm: "CPU 0/KVM"),
        )
        #expect(
            calls.summary == ["recorded: 3 calls outside the filter: mlockall (2 times), setns"]
        )
        #expect(calls.advice.count == 2)
        #expect(
            calls.advice[0].hasPrefix(
                "mlockall (groups spawn, memory-lock, postcopy): allowed with "
            )
        )
        #expect(calls.advice[1].hasPrefix("setns (group netns): allowed with a network script"))
    }

    @Test func `the launcher's own exec, and our own processes, are nobody's business`() {
        let calls = calls(
            Self.record(59, comm: "launcherctl", exe: "/usr/sbin/launcherctl"),
            Self.record(110, pid: 9),
        )
        #expect(calls.isEmpty)
        #expect(calls.summary == ["nothing outside the filter was called"])
        #expect(calls.advice.isEmpty)
    }

    @Test func `an exec of QEMU's own is not taken for the launcher's`() {
        #expect(
            calls(Self.record(59)).summary == ["recorded: 1 call outside the filter: execve"]
        )
    }

    @Test func `what was refused, and what ended QEMU, is told apart`() {
        let calls = calls(
            Self.record(151, code: "0x50000"),
            Self.record(246, code: "0x80000000"),
        )
        #expect(
            calls.summary == [
                "refused: 1 call outside the filter: mlockall",
                "ended by: 1 call outside the filter: kexec_load",
            ]
        )
        #expect(calls.advice.last == "kexec_load: nothing of QEMU's does this: look for an attack")
    }

    @Test func `other processes are named, and not counted as QEMU`() {
        let calls = calls(
            Self.record(308, pid: 8, comm: "ip"),
            Self.record(308, pid: 10, comm: "ip"),
            Self.record(165, pid: 11, comm: "other", session: 4),
            Self.record(151),
            Self.record(110, pid: 9),
        )
        #expect(calls.summary.first == "recorded: 1 call outside the filter: mlockall")
        #expect(calls.summary.last?.hasSuffix("programs that QEMU started: 'ip' (setns)") == true)
    }
}
