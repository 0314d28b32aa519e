import Planning
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
