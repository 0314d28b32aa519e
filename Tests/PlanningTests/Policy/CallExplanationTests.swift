import Planning
import Testing

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
