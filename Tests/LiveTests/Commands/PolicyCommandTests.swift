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

    @Test(arguments: [
        ("--pfc", "# filter 'recorded'\n#\n# pseudo filter code start\n"),
        ("--bpf", "# filter 'recorded'\n0\t"),
    ])
    func `the filters are printed`(flag: String, start: String) throws {
        let (status, output, _) = try policy(flag, "--", "-nographic")
        #expect(status == 0)
        #expect(output.hasPrefix(start))
        #expect(output.contains("# filter 'silent'\n"))
    }

    @Test(arguments: [
        (["--", "-m", "512"], "2 filters"), (["--seccomp", "log", "--", "-m", "512"], "1 filter"),
        (["--", "-id", "100", "-object", "can-host-socketcan,id=c"], "2 filters"),
    ])
    func `libseccomp agrees, in one line`(words: [String], filters: String) throws {
        let arguments = ["policy", "--verify"] + words
        let (status, output, errors) = try BuiltProgram.run(BuiltProgram.launcherctl, arguments)
        #expect(status == 0, "\(errors)")
        let line = /libseccomp 2\.\d+\.\d+ agrees: (\d filters?), \d+ calls, \d+ argument values\n/
        let found = try #require(try line.wholeMatch(in: output), "\(output)")
        #expect(found.1 == filters)
    }

    @Test func `without a filter there is nothing to compare`() throws {
        let (status, output, _) = try policy("--verify", "--seccomp", "off")
        #expect(status == 0)
        #expect(output == "seccomp off: no filter is loaded, and there is nothing to compare\n")
    }

    @Test func `the launcher does without libseccomp, which launcherctl has`() throws {
        func names(_ program: String) throws -> Bool {
            let content = try Data(contentsOf: URL(filePath: program))
            return content.range(of: Data("libseccomp.so".utf8)) != nil
        }
        #expect(try !names(BuiltProgram.launcher))
        #expect(try names(BuiltProgram.launcherctl))
    }

    @Test(arguments: [
        (["--json", "--pfc"], 64, "--pfc"), (["--verify", "--bpf"], 64, "--verify"),
        (["--seccomp", "maybe"], 64, "maybe"),
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
