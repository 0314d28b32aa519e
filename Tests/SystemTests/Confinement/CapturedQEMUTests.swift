import Foundation
import Glibc
import TestSupport
import Testing

/// A real QEMU whose code somebody else wrote: a library that QEMU loads as a plugin tries one thing
/// after another, and says what came of each.
struct CapturedQEMU {
    /// What came of each attempt: `done`, or the name of the error.
    let answers: [String: String]

    /// - Parameters:
    ///   - settings: for launcher.conf, a line each; `nil` for QEMU alone.
    ///   - isEnclosed: whether files and capabilities are restricted, too.
    init(_ settings: [String]?, options: [String] = [], isEnclosed: Bool = false) throws {
        let host = try MatrixHost()
        let folder = try MatrixFolder(qemu: host.qemu, spawn: "auto")
        let victim = Process()
        victim.executableURL = URL(filePath: "/bin/sleep")
        victim.arguments = ["60"]
        try victim.run()
        defer { victim.terminate() }

        let process = Process()
        var words = ["-nodefaults", "-display", "none", "-S", "-accel", "tcg", "-m", "64"]
        words += host.options + options + ["-plugin", Self.library]
        if let settings {
            let enclosure: MatrixFolder.Enclosure = isEnclosed ? .filesAndCapabilities : .none
            let lines = ["launcher: defaults", "qemu \(host.qemu)", "log none"] + settings
            try folder.write(
                "launcher.conf",
                lines.joined(separator: "\n\t") + "\n" + enclosure.settings(for: folder.path)
            )
            process.executableURL = URL(filePath: Products.launcher)
            words = ["-launcher-config", "\(folder.path)/launcher.conf"] + words
        } else {
            process.executableURL = URL(filePath: host.qemu)
        }
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(
            [
                "CAPTURED_OUTPUT": "\(folder.path)/captured",
                "CAPTURED_VICTIM": "\(victim.processIdentifier)",
            ],
            uniquingKeysWith: { $1 }
        )
        try process.run()
        process.waitUntilExit()
        var answers: [String: String] = [:]
        for line in folder.content("captured").split(separator: "\n") {
            let parts = line.components(separatedBy: ": ")
            if parts.count == 2 { answers[parts[0]] = parts[1] }
        }
        self.answers = answers
    }

    static var library: String {
        URL(filePath: Products.besideTests)
            .appending(path: "libcaptured-qemu.so").path()
    }
}

/// What the filter leaves to a QEMU that has been taken over, line by line, as root: the
/// table in docs/confinement.md is this one.
@Suite(
    .enabled(if: MatrixHost.isAvailable, "no QEMU: install qemu-system-x86, or set LAUNCHER_QEMU"),
    .enabled(if: geteuid() == 0, "what root could do is tried as root"),
    .serialized
)
struct CapturedQEMUTests {
    /// What the kernel would let it do, or is asked to, without the filter; and with it, where QEMU
    /// may start no programs, and where it may.
    static let table:
        [(attempt: String, alone: String, spawnDenied: String, spawnAllowed: String)] =
            [
                ("signal itself", "done", "done", "done"),
                ("stream socket", "done", "done", "done"),
                ("route socket", "done", "done", "done"),
                ("type into a terminal", "done", "EPERM", "EPERM"),
                ("paste into a console", "ENOTTY", "EPERM", "EPERM"),
                ("freeze a file system", "EOPNOTSUPP", "EPERM", "EPERM"),
                ("end a file system", "ENOTTY", "EPERM", "EPERM"),
                ("flags of a file", "ENOTTY", "EPERM", "EPERM"),
                ("read partitions again", "ENOTTY", "EPERM", "EPERM"),
                ("loop devices", "ENOTTY", "EPERM", "EPERM"),
                ("device mapper", "ENOTTY", "EPERM", "EPERM"),
                ("signal another process", "done", "EPERM", "done"),
                ("signal another thread", "done", "EPERM", "done"),
                ("signal a thread of another process", "done", "EPERM", "done"),
                ("queue a signal to another process", "done", "EPERM", "done"),
                ("signal another process by a descriptor", "done", "EPERM", "EPERM"),
                ("signal another process by a socket", "done", "EPERM", "EPERM"),
                ("limits of another process", "done", "EPERM", "done"),
                ("trace another process", "done", "EPERM", "EPERM"),
                ("read memory of another process", "done", "EPERM", "EPERM"),
                ("take a descriptor of another process", "done", "ENOSYS", "EPERM"),
                ("write /proc/PID/mem of another process", "done", "done", "done"),
                ("write core_pattern", "done", "done", "done"),
                ("make a file in /etc", "done", "done", "done"),
                ("make a set-user-ID file", "done", "done", "done"),
                ("change a mode", "done", "EPERM", "done"),
                ("fork", "done", "EPERM", "done"),
                ("start a program", "done", "EPERM", "done"),
                ("raw socket", "done", "EPERM", "done"),
                ("packet socket", "done", "EPERM", "done"),
                ("audit socket", "done", "EPERM", "done"),
                ("mount", "ENODEV", "EPERM", "EPERM"),
                ("unshare", "done", "EPERM", "EPERM"),
                ("enter a namespace", "done", "EPERM", "EPERM"),
                ("trap on CPUID", "done", "EPERM", "done"),
                ("ring", "done", "ENOSYS", "ENOSYS"),
                ("userfaultfd", "done", "EPERM", "EPERM"),
                ("add a key", "done", "EPERM", "EPERM"),
                // What a kernel may lack: the filter answers first.
                ("pair of internet sockets", "", "EPERM", ""),
                ("crypto socket", "", "EPERM", ""),
                ("move the heap", "", "EPERM", "EPERM"),
                ("name a tracer", "", "EPERM", ""),
                ("load BPF", "", "EPERM", "EPERM"),
                ("load a module", "", "EPERM", "EPERM"),
            ]

    @Test func `without the filter it can do all of it`() throws {
        let answers = try CapturedQEMU(nil).answers
        for row in Self.table where !row.alone.isEmpty {
            // Some kernels let nobody type into terminals.
            let isOlderWay = row.attempt == "type into a terminal" && answers[row.attempt] == "EIO"
            #expect(answers[row.attempt] == row.alone || isOlderWay, "\(row.attempt)")
        }
        #expect(answers.count == Self.table.count)
    }

    @Test func `under the filter it can do what the table says`() throws {
        let answers = try CapturedQEMU(["spawn deny"]).answers
        for row in Self.table {
            #expect(answers[row.attempt] == row.spawnDenied, "\(row.attempt)")
        }
    }

    @Test func `where QEMU may start programs, it can do more`() throws {
        let answers = try CapturedQEMU(["spawn allow"]).answers
        for row in Self.table where !row.spawnAllowed.isEmpty {
            #expect(answers[row.attempt] == row.spawnAllowed, "\(row.attempt)")
        }
    }

    /// The process that -daemonize leaves has an ID that nobody knew before.
    @Test func `a daemon can signal threads of others, and nothing else of others`() throws {
        let answers = try CapturedQEMU(["spawn deny"], options: ["-daemonize"]).answers
        for row in Self.table
        where row.attempt != "signal a thread of another process" && row.attempt != "fork" {
            #expect(answers[row.attempt] == row.spawnDenied, "\(row.attempt)")
        }
        #expect(answers["signal a thread of another process"] == "done")
        #expect(answers["fork"] == "done")
    }

    /// What seccomp cannot see: the paths.
    private static let files = [
        "write /proc/PID/mem of another process", "write core_pattern", "make a file in /etc",
    ]

    @Test(arguments: ["spawn deny", "spawn allow"])
    func `with files restricted, it writes to no place of the host`(spawn: String) throws {
        let captured = try CapturedQEMU([spawn], isEnclosed: true)
        for attempt in Self.files { #expect(captured.answers[attempt] == "EACCES", "\(attempt)") }
        // In a folder that the VM may write to anyway, Landlock is not asked about modes.
        #expect(captured.answers["make a set-user-ID file"] == "done")
        #expect(captured.answers["signal itself"] == "done")
    }
}

/// Files and capabilities through the built programs.
@Suite(
    .enabled(if: MatrixHost.isAvailable, "no QEMU: install qemu-system-x86, or set LAUNCHER_QEMU")
)
struct LandlockLaunchTests {
    /// A file that QEMU would make in a folder of the host's, another one for each test.
    private let wrong = "/run/qemu-launcher-\(UInt32.random(in: 0 ... .max)).pid"

    private func launch(
        _ landlock: String,
        _ words: [String]
    ) throws -> (status: Int32, output: String, errors: String) {
        let host = try MatrixHost()
        let folder = try MatrixFolder(qemu: host.qemu, spawn: "auto")
        try folder.write(
            "launcher.conf",
            "launcher: defaults\n\tqemu \(host.qemu)\n\tlog none\n\tlandlock \(landlock)\n"
        )
        return try Products.run(
            Products.launcher,
            ["-launcher-config", "\(folder.path)/launcher.conf", "-display", "none"] + words
        )
    }

    @Test func `enforce starts nothing that would write where it may not`() throws {
        let result = try launch("enforce", ["-pidfile", wrong, "-device", "no-such"])
        #expect(result.status == 78)
        #expect(
            result.errors.contains(
                "error: landlock: -pidfile \(wrong): '\(wrong)' does not exist, and "
                    + "QEMU may not make it in '/run' (/run: "
            ),
            "\(result.errors)"
        )
        #expect(result.errors.contains("hint: make the file in advance"))
        #expect(!result.errors.contains("no-such"))
    }

    @Test func `log says what enforce would refuse, and starts QEMU`() throws {
        let result = try launch("log", ["-pidfile", wrong, "-device", "no-such,x=/a/b"])
        #expect(result.status == 1)
        #expect(result.errors.contains("warning: landlock enforce would refuse this VM: -pidfile"))
        #expect(result.errors.contains("with landlock enforce QEMU could not open '/a/b'"))
        #expect(result.errors.contains("'no-such' is not a valid device model name"))
    }

    @Test func `off says nothing`() throws {
        let result = try launch("off", ["-pidfile", wrong, "-device", "no-such,x=/a/b"])
        #expect(!result.errors.contains("landlock"))
    }

    @Test func `policy shows files and capabilities with their causes`() throws {
        let words = ["--", "-display", "none", "-drive", "file=/d/a.img", "-runas", "nobody"]
        let text = try Products.run(Products.launcherctl, ["policy"] + words).output
        #expect(text.contains("\nlandlock off: the rows, if it were on\n"))
        #expect(text.contains("\n  /d/a.img\n    read, write, ioctl: a disk of the VM\n"))
        #expect(text.contains("\ncapabilities keep: the rows, if it were 'drop'\n"))
        #expect(text.contains("\n  setuid\n    asked for by: -runas nobody\n"))
        let json = try Products.run(
            Products.launcherctl,
            ["policy", "--json"] + words
        ).output
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let landlock = try #require(object?["landlock"] as? [String: Any])
        let rules = try #require(landlock["rules"] as? [[String: Any]])
        let disk = try #require(rules.first { $0["path"] as? String == "/d/a.img" })
        #expect((disk["access"] as? [String])?.contains("write_file") == true)
        #expect((object?["capabilities"] as? [String: Any])?["mode"] as? String == "keep")
    }
}
