import Foundation
import Planning
import TestSupport
import Testing

struct PolicyCommandTests {
    private func policy(_ arguments: String...) throws -> (Int32, String, String) {
        try Products.run(Products.launcherctl, ["policy"] + arguments)
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

    /// The first is longer than the C library's buffer.
    @Test(arguments: [["policy"], ["--version"], ["explain", "--help"]])
    func `output that a full disk does not take is an error`(words: [String]) async throws {
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let errors = try Capture()
        var request = Child.Request(
            program: Products.launcherctl,
            arguments: ["launcherctl"] + words.map { ByteString($0) }
        )
        request.descriptors = [
            0: nullDevice.fileDescriptor, 1: full.fileDescriptor, 2: errors.file.fileDescriptor,
        ]
        var child = try Child(request)
        #expect(try await child.wait() == .status(71))
        let complaint = "launcherctl: error: writing the output failed: No space left on device\n"
        #expect(try errors.text() == complaint)
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
        let (status, output, errors) = try Products.run(Products.launcherctl, arguments)
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
        #expect(try !names(Products.launcher))
        #expect(try names(Products.launcherctl))
    }

    @Test(arguments: [
        (["--json", "--pfc"], 64, "--pfc"), (["--verify", "--bpf"], 64, "--verify"),
        (["--seccomp", "maybe"], 64, "maybe"),
        (["-m", "1"], 64, "-m"), (["--", "-launcher-config", "x"], 64, "not an absolute path"),
        (["--", "-launcher-config", "/nonexistent"], 78, "no such file"),
        (["--", "-launcher-config"], 64, "its value is missing"),
    ])
    func `what makes no sense is refused`(words: [String], status: Int32, text: String) throws {
        let result = try Products.run(Products.launcherctl, ["policy"] + words)
        #expect(result.status == status)
        #expect(result.errors.contains(text), "\(result.errors)")
        #expect(result.output == "")
    }
}

struct ExplainCommandTests {
    private static let record =
        #"[ 51.5] audit: type=1326 audit(1795391073.491:30943): auid=4294967295 pid=17739 "#
        + #"comm="qemu-system-x86" sig=0 arch=c000003e syscall=151 compat=0 ip=0x7f code=0x50000"#

    private func explain(
        _ arguments: [String],
        input: String = ""
    ) throws -> (status: Int32, output: String, errors: String) {
        try Products.run(Products.launcherctl, ["explain"] + arguments, input: input)
    }

    @Test(arguments: [[record], record.split(separator: " ").map(String.init)])
    func `a record is explained, in one word or many`(words: [String]) throws {
        let result = try explain(words)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("mlockall (151) of thread 'qemu-system-x86', process 17739"))
        #expect(result.output.contains("or with -overcommit mem-lock=on, or with -incoming; "))
    }

    @Test func `standard input may have anything besides`() throws {
        let noise = String(repeating: "usb 1-1: \u{1B}[2J\n", count: 1000)
        let long = String(repeating: "x", count: 200_000)
        let result = try explain(["-"], input: noise + long + "\n" + Self.record)
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("mlockall (151)"))
    }

    @Test func `the end by a signal is explained`() throws {
        for words in [["signal", "31"], ["159"], ["status=31/SYS"]] {
            let result = try explain(words)
            #expect(result.status == 0)
            #expect(result.output.contains("a filter ended the process"))
        }
    }

    @Test func `a launch in log mode needs no explanation, and gets no advice`() throws {
        let line =
            #"type=1326 pid=7 comm="kvm" exe="/usr/sbin/qemu-launcher" sig=0 "#
            + "arch=c000003e syscall=59 code=0x7ffc0000"
        let result = try explain(["-"], input: line)
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("the launcher became QEMU, "))
        #expect(!result.output.contains("spawn"))
    }

    @Test func `a process is looked at, even one that is gone`() throws {
        let own = "\(ProcessInfo.processInfo.processIdentifier)"
        let result = try explain(["--pid", own])
        // The kernel's log may be closed to whoever runs the tests.
        #expect(result.output.hasPrefix("process \(own): '"))
        #expect(try explain(["--pid", "4194305"]).output.hasPrefix("process 4194305: not running"))
    }

    @Test(arguments: [
        [], ["--pid", "0"], ["--pid", "-1"], ["--pid", "x"], ["--pid", "99999999999999999999"],
        ["--pid", "1", "signal"], ["hello"], ["-"], [""], ["type=1326"], ["\u{1B}[2J"],
    ])
    func `what there is nothing to say about is refused`(words: [String]) throws {
        let result = try explain(words)
        #expect(result.status == 64)
        #expect(result.output == "")
        #expect(!result.errors.contains("\u{1B}"))
    }
}
