import Planning
import Testing

struct SeccompRecordTests {
    static let kernel: ByteString = """
        [ 5128.531702] audit: type=1326 audit(1795391073.491:30943): auid=4294967295 uid=0 gid=0 \
        ses=4294967295 pid=17739 comm="qemu-system-x86" exe="/usr/bin/qemu-system-x86_64" sig=31 \
        arch=c000003e syscall=165 compat=0 ip=0x7f526da43ad7 code=0x80000000
        """

    static let auditd: ByteString = """
        type=SECCOMP msg=audit(1795391073.491:30943): auid=4294967295 uid=0 gid=0 ses=4294967295 \
        subj=unconfined pid=4242 comm=43505520302F4B564D exe="/usr/bin/qemu-system-x86_64" sig=0 \
        arch=c000003e syscall=41 compat=0 ip=0x7f code=0x50001\u{1D}AUID="unset" ARCH=x86_64 \
        SYSCALL=socket
        """

    @Test func `a record of the kernel's log is read`() throws {
        let record = try #require(SeccompRecord(parsing: Self.kernel))
        #expect(record.processID == 17_739)
        #expect(record.comm == "qemu-system-x86")
        #expect(record.executable == "/usr/bin/qemu-system-x86_64")
        #expect(record.signal == 31)
        #expect(record.number == 165)
        #expect(record.architecture == 0xC000_003E)
        #expect(record.action == 0x8000_0000)
    }

    @Test func `a record of auditd is read`() throws {
        let record = try #require(SeccompRecord(parsing: Self.auditd))
        #expect(record.processID == 4_242)
        #expect(record.comm == "CPU 0/KVM")
        #expect(record.number == 41)
        #expect(record.action == 0x0005_0001)
    }

    @Test func `the number -1 is what it is`() throws {
        let line = ByteString(
            "type=1326 pid=1 comm=\"x\" arch=c000003e syscall=-1 code=0x50026"
        )
        #expect(try #require(SeccompRecord(parsing: line)).number == .max)
    }

    @Test(
        arguments: [
            "", "\n", "type=1326", "type=1300 pid=1 arch=c000003e syscall=1 code=0x50001",
            "type=1326 pid=1 arch=zz syscall=1 code=0x50001",
            "type=1326 pid=1 arch=c000003e syscall=99999999999 code=0x50001",
            "type=1326 pid=1 arch=c000003e syscall=1 code=",
            "type=1326 pid=1 arch=c000003e syscall=1 code=0",
            "type=1326 pid= arch= syscall= code=",
            "=", "= =", "\"", "type=\"1326", "type=1326 comm=\"",
        ] as [ByteString]
    )
    func `what is no record is none`(line: ByteString) {
        #expect(SeccompRecord(parsing: line) == nil)
    }

    @Test func `bytes that are no text do no harm`() {
        let noise = ByteString((0...255).map(UInt8.init))
        #expect(SeccompRecord(parsing: noise) == nil)
        let line = ByteString(Self.kernel.bytes + [0x20, 0xFF, 0x3D, 0xFE])
        #expect(SeccompRecord(parsing: line) != nil)
    }
}

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
        #expect(calls.advice.last == "kexec_load: QEMU never does this: look for an attack")
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

struct CallExplanationTests {
    private func record(
        _ number: Int,
        code: String,
        arch: String = "c000003e"
    ) throws
        -> SeccompRecord
    {
        let line = "type=1326 pid=7 comm=\"qemu\" sig=0 arch=\(arch) syscall=\(number) code=\(code)"
        return try #require(SeccompRecord(parsing: ByteString(line)))
    }

    @Test(arguments: [
        (246, "0x80000000", "kexec_load (246)", "ended the process", "look for an attack"),
        (59, "0x7fc00000", "execve (59)", "failed with ENOSYS", "'spawn allow'"),
        (56, "0x50001", "clone (56)", "failed with EPERM", "-daemonize"),
        (151, "0x50001", "mlockall (151)", "failed with EPERM", "-overcommit mem-lock=on"),
        (308, "0x50001", "setns (308)", "failed with EPERM", "'groups netns'"),
        (425, "0x50026", "io_uring_setup (425)", "failed with ENOSYS", "'groups io-uring'"),
        // What helpers try is no attack.
        (165, "0x50001", "mount (165)", "failed with EPERM", "'groups fuse'"),
        (179, "0x50001", "quotactl (179)", "failed with EPERM", "no option asks for it"),
        (155, "0x7ffc0000", "pivot_root (155)", "was recorded, and happened", "no option asks"),
        // As the kernel writes them: without the error.
        (151, "0x50000", "mlockall (151)", "failed with EPERM", "-overcommit mem-lock=on"),
        (59, "0x50000", "execve (59)", "failed with ENOSYS", "'spawn allow'"),
        (600, "0x50000", "call number 600", "failed with ENOSYS", "newer than this launcher"),
        (600, "0x50026", "call number 600", "failed with ENOSYS", "newer than this launcher"),
    ])
    func `a record is explained`(
        number: Int,
        code: String,
        subject: String,
        outcome: String,
        remedy: String
    ) throws {
        let explanation = CallExplanation(try record(number, code: code))
        #expect(explanation.subject.contains(subject))
        #expect(explanation.outcome.contains(outcome))
        #expect(explanation.remedy.contains(remedy))
    }

    @Test(arguments: ["0x50001", "0x50000", "0x7ffc0000"])
    func `what a group refuses or allows is never called an attack`(code: String) throws {
        for call in Syscall.allCases {
            let explanation = CallExplanation(try record(Int(call.rawValue), code: code))
            let verdicts = explanation.rows.map(\.verdict)
            let isRefused = code != "0x7ffc0000" || !verdicts.allSatisfy { $0 == .kill }
            guard isRefused else { continue }
            #expect(!explanation.remedy.contains("attack"), "\(call)")
        }
    }

    @Test(arguments: [(59, "40000003"), (0x4000_0027, "c000003e")])
    func `a call of another ABI is not taken for ours`(number: Int, arch: String) throws {
        let explanation = CallExplanation(try record(number, code: "0x80000000", arch: arch))
        #expect(explanation.subject.contains("foreign ABI"))
        #expect(explanation.rows.isEmpty)
        #expect(explanation.remedy.contains("attack"))
    }

    @Test func `a record of another machine is called so, and is no attack`() throws {
        let explanation = CallExplanation(try record(42, code: "0x50000", arch: "c00000b7"))
        #expect(explanation.subject.hasPrefix("aarch64 call number 42"))
        #expect(!explanation.remedy.contains("attack") && !explanation.remedy.contains("i386"))
    }

    @Test(
        arguments: [
            "audit[1]: SECCOMP auid=0", "Nov 28 11:00:00 pve1 audit[4711]: SECCOMP auid=0",
            "audit[1]: <audit-1326> auid=0", "audit[1]: AUDIT1326 auid=0",
        ]
    )
    func `the journal's own form is a record`(start: String) {
        let fields = " pid=9 comm=\"kvm\" sig=0 arch=c000003e syscall=41 code=0x50000"
        let record = SeccompRecord(parsing: ByteString(start + fields))
        #expect(record?.processID == 9 && record?.number == 41)
    }

    @Test(arguments: ["audit[x]: SECCOMP", "audit[1]: AVC", "SECCOMP", "audit: SECCOMP"])
    func `what only looks like it is none`(start: String) {
        let fields = " pid=9 comm=\"kvm\" sig=0 arch=c000003e syscall=41 code=0x50000"
        #expect(SeccompRecord(parsing: ByteString(start + fields)) == nil)
    }

    @Test func `a row about some arguments says which`() throws {
        let rows = CallExplanation(try record(41, code: "0x50000")).rows
        #expect(rows.contains { $0.group == "can" && $0.condition == "a0 == 0x1d" })
    }

    @Test func `the rows that speak of the call are shown with their groups`() throws {
        let explanation = CallExplanation(try record(323, code: "0x50001"))
        #expect(explanation.rows.map(\.group) == ["withheld", "postcopy"])
        #expect(explanation.rows.map(\.verdict) == [.refuse(.notPermitted, .recorded), .allow])
    }
}

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
        #expect(explanation.entries.last?.event == .death)
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
