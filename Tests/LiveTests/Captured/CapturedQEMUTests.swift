import Foundation
import Testing

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
