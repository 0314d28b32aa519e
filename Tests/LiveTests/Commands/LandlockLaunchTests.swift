import Foundation
import Testing

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
        return try BuiltProgram.run(
            BuiltProgram.launcher,
            ["-launcher-config", "\(folder.path)/launcher.conf", "-display", "none"] + words
        )
    }

    @Test func `enforce starts nothing that would write where it may not`() throws {
        let result = try launch("enforce", ["-pidfile", wrong, "-device", "no-such"])
        #expect(result.status == 78)
        #expect(
            result.errors.contains(
                "error: landlock: -pidfile \(wrong): '\(wrong)' is not there, and in "
                    + "'/run' QEMU may not make it (/run: "
            ),
            "\(result.errors)"
        )
        #expect(result.errors.contains("hint: make the file beforehand"))
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
        let text = try BuiltProgram.run(BuiltProgram.launcherctl, ["policy"] + words).output
        #expect(text.contains("\nlandlock off: the rows, if it were on\n"))
        #expect(text.contains("\n  /d/a.img\n    read, write, ioctl: a disk of the VM\n"))
        #expect(text.contains("\ncapabilities keep: the rows, if it were 'drop'\n"))
        #expect(text.contains("\n  setuid\n    asked for by: -runas nobody\n"))
        let json = try BuiltProgram.run(
            BuiltProgram.launcherctl,
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
