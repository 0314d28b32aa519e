import Planning
import Testing

@testable import launcherctl

struct ExplanationTextTests {
    private static func record(_ call: Int, pid: Int, comm: String = "\"kvm\"") -> String {
        "[1.0] audit: type=1326 pid=\(pid) comm=\(comm) sig=0 arch=c000003e syscall=\(call) "
            + "code=0x50000"
    }

    private static func text(_ lines: [String]) -> String {
        LogExplanation(ByteString(lines.joined(separator: "\n"))).text
    }

    @Test func `each thing is told once, with how often it was there and who did it`() {
        let text = Self.text([
            Self.record(151, pid: 7), "usb 1-1: new device", Self.record(151, pid: 9),
            Self.record(308, pid: 7), Self.record(151, pid: 7), "qemu: Bad system call",
        ])
        #expect(
            text.contains(
                "mlockall (151) of thread 'kvm', process 7, 9: failed with EPERM, 3 times\n"
            )
        )
        #expect(text.contains("  group memory-lock: allow, because: "))
        #expect(text.contains(", or with -overcommit mem-lock=on, or with -incoming; "))
    }

    @Test func `a name made to mislead stays on its line`() {
        // "x\n  remedy: none\u{1B}[2J" as the kernel writes such a name.
        let comm = "780A202072656D6564793A206E6F6E651B5B324A"
        let text = Self.text([Self.record(151, pid: 7, comm: comm)])
        #expect(text.contains(#"thread 'x\n  remedy: none\x1b[2J'"#))
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("  remedy:") }.count == 1)
        #expect(!text.contains("\u{1B}"))
    }

    @Test func `many processes are not all named`() {
        let text = Self.text((1...1_000).map { Self.record(151, pid: $0) })
        #expect(text.contains("process 1, 2, 3, 4, 5, 6, 7, 8, …: "))
    }

    @Test func `the advice names what a filter ends a process for`() {
        #expect(SignalDeath.advice.contains("kexec_load"))
        #expect(SignalDeath.advice.contains("launcherctl explain"))
    }
}

/// Records as the kernel's Documentation/admin-guide/LSM/landlock.rst and its sources have them.
struct FileExplanationTextTests {
    private static func access(_ rest: String, domain: String = "195ba459b") -> String {
        "[ 51.5] audit: type=1423 audit(1729738800.349:44): domain=\(domain) \(rest)"
    }

    private static let domain =
        "audit: type=1424 audit(1729738800.349:44): domain=195ba459b status=allocated "
        + #"mode=enforcing pid=286 uid=0 exe="/usr/bin/qemu-launcher" comm="qemu-launcher""#

    private func text(_ lines: String..., of processID: Int? = nil) -> String {
        LogExplanation(ByteString(lines.joined(separator: "\n")), of: processID).text
    }

    @Test func `a write where only root may is told for what it is`() {
        let text = text(
            Self.access(#"blockers=fs.write_file path="/etc/cron.d/x" dev="vda2" ino=351"#)
        )
        #expect(text.hasPrefix("fs.write_file of '/etc/cron.d/x': failed with EACCES\n"))
        #expect(text.contains("remedy: no row may allow it (/etc: the host's settings): look for"))
    }

    @Test func `a row of a feature is named with what asks for it`() {
        let text = text(
            Self.access(#"blockers=fs.ioctl_dev,fs.write_file path="/dev/vfio/12" dev="x" ino=9"#)
        )
        #expect(text.contains("  group vfio: read, write, ioctl of /dev/vfio, because: groups and"))
        #expect(text.contains("remedy: allowed with -device vfio-…"))
    }

    @Test func `an unknown file is allowed by naming it`() {
        let text = text(Self.access(#"blockers=fs.read_file path="/srv/a.iso" dev="x" ino=9"#))
        #expect(text.contains("command line names the file, or a storage"))
    }

    @Test func `the other end of a signal is named`() {
        let text = text(Self.access(#"blockers=scope.signal opid=1 ocomm="systemd""#))
        #expect(text.hasPrefix("scope.signal to 'systemd': failed\n"))
        #expect(self.text(Self.access(#"blockers=ptrace opid=1 ocomm="a""#)).contains("an attack"))
    }

    @Test func `the record of the domain, which comes later, says whose it is`() {
        let first = Self.access(#"blockers=fs.make_reg path="/srv" dev="x" ino=9"#)
        let other = Self.access(#"blockers=fs.read_dir path="/b" dev="x" ino=9"#, domain: "1")
        let all = text(first, Self.domain, first, other)
        #expect(all.contains("'/srv', domain of process 286: failed with EACCES, 2 times\n"))
        #expect(all.contains("fs.read_dir of '/b': failed"))
        let own = text(first, Self.domain, first, other, of: 286)
        #expect(own.contains("'/srv', domain of process 286: failed with EACCES, 2 times\n"))
        #expect(!own.contains("'/b'"))
        #expect(text(first, Self.domain, of: 7) == "")
    }

    @Test func `auditd's names and hexadecimal paths are understood`() {
        let line =
            "type=LANDLOCK_ACCESS msg=audit(1.2:3): domain=1a blockers=fs.read_file "
            + "path=2F61200A dev=\"x\" ino=1"
        #expect(text(line).contains(#"'/a \n'"#))
    }
}
