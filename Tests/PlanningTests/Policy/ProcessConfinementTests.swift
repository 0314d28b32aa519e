import Planning
import TestSupport
import Testing

struct ProcessConfinementTests {
    @Test func `the status of a confined process is read`() throws {
        let status: ByteString =
            "Name:\tqemu-system-x86\nState:\tS (sleeping)\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t2\n"
        let confinement = try #require(ProcessConfinement(parsing: status))
        #expect(
            confinement.summary == "'qemu-system-x86': 2 seccomp filters, no_new_privs set"
        )
    }

    @Test func `an older kernel does not count filters`() throws {
        let confinement = try #require(
            ProcessConfinement(parsing: "Name:\ta\nSeccomp:\t2\nNoNewPrivs:\t0\n")
        )
        #expect(confinement.filterCount == nil)
        #expect(confinement.summary == "'a': seccomp, no_new_privs not set")
    }

    @Test func `a name made to mislead stays quoted`() throws {
        // As the kernel escapes it: backslashes and line feeds only.
        let confinement = try #require(
            ProcessConfinement(parsing: "Name:\ta: \u{1B}[2J\nSeccomp:\t0\n")
        )
        #expect(confinement.summary.hasPrefix(#"'a: \x1b[2J': no seccomp filter"#))
    }

    @Test(
        arguments: [
            "", "Name:", "Name:\ta", "Name:\ta\nSeccomp:\t", "Name:\ta\nSeccomp:\tx",
            "Seccomp:\t2", "Name:\ta\nSeccomp:\t99999999999999999999", ":\n:\n", "\0",
        ] as [ByteString]
    )
    func `what is no status is none`(text: ByteString) {
        #expect(ProcessConfinement(parsing: text) == nil)
    }
}

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
