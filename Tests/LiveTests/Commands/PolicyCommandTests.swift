import Foundation
import Testing

struct PolicyCommandTests {
    private func policy(_ arguments: String...) throws -> (Int32, String, String) {
        try BuiltProgram.run(BuiltProgram.launcherctl, ["policy"] + arguments)
    }

    @Test func `the table names the option that asked for a group`() throws {
        let (status, output, _) = try policy("--", "-daemonize", "-overcommit", "mem-lock=on")
        #expect(status == 0)
        #expect(output.contains("seccomp enforce\nexec    once, by the launcher\n"))
        #expect(output.contains("asked for by: -overcommit mem-lock=on\n"))
    }

    @Test func `without a command line there is the policy of a QEMU without options`() throws {
        let (status, output, _) = try policy()
        #expect(status == 0)
        #expect(output.contains("asked for by: no -display\n"))
    }

    @Test func `the JSON is JSON, in the mode that was asked for`() throws {
        let (status, output, _) = try policy("--json", "--seccomp", "log", "--", "-m", "1")
        let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        #expect(status == 0)
        #expect(object?["mode"] as? String == "log")
    }

    @Test(arguments: [("--pfc", "# filter 'recorded'\nif "), ("--bpf", "# filter 'recorded'\n0\t")])
    func `the filters are printed`(flag: String, start: String) throws {
        let (status, output, _) = try policy(flag, "--", "-nographic")
        #expect(status == 0)
        #expect(output.hasPrefix(start))
        #expect(output.contains("# filter 'silent'\n"))
    }

    @Test(arguments: [
        (["--json", "--pfc"], 64, "--pfc"), (["--seccomp", "maybe"], 64, "maybe"),
        (["-m", "1"], 64, "-m"), (["--", "-launcher-config", "x"], 64, "not an absolute path"),
        (["--", "-launcher-config", "/nonexistent"], 78, "no such file"),
        (["--", "-launcher-config"], 64, "its value is missing"),
    ])
    func `what makes no sense is refused`(words: [String], status: Int32, text: String) throws {
        let result = try BuiltProgram.run(BuiltProgram.launcherctl, ["policy"] + words)
        #expect(result.status == status)
        #expect(result.errors.contains(text), "\(result.errors)")
        #expect(result.output == "")
    }
}
