import CLinux
import CTestSupport
import Glibc
import Host
import Planning
import SystemPackage
import TestSupport
import Testing

/// The kernel's answers inside a domain; each case in a process of its own, with the same attempts
/// outside of one as a control.
@Suite(.enabled(if: landlockIsThere, "this kernel has no Landlock of version 3 or newer"))
struct FileDomainTests {
    @Test(.enabled(if: geteuid() == 0, "root writes where others cannot anyway"))
    func `what a captured QEMU of root did is refused, and happens without the domain`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let folder = try TemporaryDirectory()
            let attacks = Attacks()
            guard attacks.succeeding() == Attacks.names else { exit(1) }
            _ = try confine(try plan("-drive file=\(folder.path)/a"), .enforce)
            let left = attacks.succeeding()
            attacks.tidy()
            folder.remove()
            guard left.isEmpty else { say("\(left)") }
            exit(7)
        }
    }

    @Test func `log and off refuse nothing`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            for mode in [LandlockMode.log, .off] {
                _ = try confine(try plan("-m 1"), mode)
                guard opens("/proc/self/mem", O_RDWR) else { say("\(mode)") }
            }
            exit(7)
        }
    }

    @Test func `what the command line names is open as it says, and what is beside it is not`()
        async
    {
        await #expect(processExitsWith: .exitCode(7)) {
            let folder = try TemporaryDirectory()
            let path = folder.path.string
            for name in ["disk", "iso", "other"] { try make("\(path)/\(name)") }
            let words =
                "-drive file=\(path)/disk -cdrom \(path)/iso -D \(path)/logs/log "
                + "-qmp unix:\(path)/run/q,server=on"
            _ = unsafe mkdir("\(path)/logs", 0o755)
            _ = unsafe mkdir("\(path)/run", 0o755)
            _ = try confine(try plan(words), .enforce)
            guard opens("\(path)/disk", O_RDWR) else { say("disk") }
            guard opens("\(path)/iso", O_RDONLY), !opens("\(path)/iso", O_RDWR) else { say("iso") }
            guard !opens("\(path)/other", O_RDONLY), errno == EACCES else { say("other") }
            guard opens("\(path)/logs/log", O_RDWR | O_CREAT) else { say("log") }
            guard !opens("\(path)/run/file", O_RDWR | O_CREAT) else { say("run") }
            guard !opens("\(path)/new", O_RDWR | O_CREAT) else { say("new") }
            guard opens("/etc/passwd", O_RDONLY), !opens("/etc/passwd", O_RDWR) else { say("etc") }
            exit(7)
        }
    }

    @Test func `memory files, pipes and what is open already stay usable`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let folder = try TemporaryDirectory()
            let path = "\(folder.path)/held"
            try make(path)
            let held = unsafe open(path, O_RDWR)
            let memory = unsafe linux_memfd_create("image", 0)
            _ = try confine(try plan("-pflash /proc/self/fd/\(memory)"), .enforce)
            guard opens("/proc/self/fd/\(memory)", O_RDONLY) else { say("memory") }
            guard unsafe write(held, "x", 1) == 1 else { say("held") }
            guard !opens("/proc/self/fd/\(held)", O_RDWR) else { say("reopened") }
            exit(7)
        }
    }

    @Test func `a link to a protected place is judged by where it leads`() async throws {
        let folder = try TemporaryDirectory()
        let link = folder.path.appending("disk")
        try makeLink(link, to: "/etc/passwd")
        #expect(throws: LandlockError.self) {
            try leaf { _ = try FileDomain(try plan("-drive file=\(link)").files(.enforce)) }
        }
        let log = try FileDomain(try plan("-drive file=\(link)").files(.log))
        let warning = try #require(log.warnings.first)
        #expect(warning.message.contains("is '/etc/passwd', which may not be written to (/etc:"))
    }

    @Test func `a file to be made in a folder of the host's is refused, and what to do is said`()
        throws
    {
        let files = try plan("-pidfile /run/no-such-\(getpid())").files(.enforce)
        do throws(LaunchFailure) {
            _ = try FileDomain(files)
            Issue.record("made")
        } catch {
            #expect(error.cause is LandlockError)
            #expect(error.exitStatus == .configuration)
            #expect(error.message.contains("does not exist, and QEMU may not make it in '/run'"))
            #expect(error.hint == "make the file in advance, or use a separate folder")
        }
    }

    @Test func `settings of interfaces are held for scripts, and inherited`() async throws {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent]
        ) {
            let spawn = try plan("-m 1", spawn: .allow)
            let confinement = try confine(spawn, .enforce)
            try Executable(firstOf: ["/bin/ls"]).execute(
                arguments: ["ls", "-l", "/proc/self/fd"],
                environment: [],
                inheriting: nil,
                under: confinement
            )
        }
        let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
        #expect(output.contains("/proc/sys/net/ipv6/conf"))
    }

    @Test func `a program that no row is about is not run`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let confinement = try confine(try plan("-m 1"), .enforce)
            do {
                try Executable(firstOf: ["/bin/true"]).execute(
                    arguments: ["true"],
                    environment: [],
                    inheriting: nil,
                    under: confinement
                )
            } catch { exit(7) }
        }
    }
}

// MARK: - What is tried

/// What got through the filter of the first version, as root: each to be undone.
private struct Attacks {
    static let names: Set<String> = ["cron", "core_pattern", "memory", "set-user-ID"]

    private let settings = "/etc/qemu-launcher-test-\(getpid())"
    private let program = "/var/tmp/qemu-launcher-test-\(getpid())"
    /// Another process, outside of the domain.
    private let victim = getppid()

    func succeeding() -> Set<String> {
        var names: Set<String> = []
        if opens(settings, O_WRONLY | O_CREAT) { names.insert("cron") }
        if opens("/proc/sys/kernel/core_pattern", O_WRONLY) { names.insert("core_pattern") }
        if opens("/proc/\(victim)/mem", O_RDWR) { names.insert("memory") }
        if opens(program, O_WRONLY | O_CREAT, mode: 0o4755) { names.insert("set-user-ID") }
        tidy()
        return names
    }

    func tidy() {
        unsafe unlink(settings)
        unsafe unlink(program)
    }
}

private func opens(_ path: String, _ flags: Int32, mode: mode_t = 0o600) -> Bool {
    let descriptor = unsafe open(path, flags, mode)
    guard descriptor >= 0 else { return false }
    close(descriptor)
    return true
}

private func make(_ path: String) throws {
    guard opens(path, O_WRONLY | O_CREAT) else { throw Errno(rawValue: errno) }
}

/// Ends the process with another status than the test expects.
private func say(_ text: String) -> Never {
    let line = "\(text)\n"
    _ = unsafe write(STDERR_FILENO, line, line.utf8.count)
    exit(1)
}

// MARK: - Plans

private struct Policy {
    let ruleset: Ruleset
    let rules: FileRuleset

    func files(_ mode: LandlockMode) -> FilePlan { FilePlan(mode: mode, ruleset: rules) }
}

private func plan(_ words: String, spawn: SpawnPolicy = .deny) throws -> Policy {
    let line = QEMUCommandLine(["kvm"] + words.split(separator: " ").map { ByteString($0) })
    let ruleset = try Ruleset.derived(from: line, spawn: spawn)
    let rules = FileRuleset.derived(
        from: line,
        groups: ruleset.groups,
        in: LaunchSurroundings(workingDirectory: "/")
    )
    return Policy(ruleset: ruleset, rules: rules)
}

/// Files alone, so that it is Landlock that answers.
private func confine(_ policy: Policy, _ mode: LandlockMode) throws -> Confinement {
    let files = policy.files(mode)
    return try Host.confine(
        LaunchPlan.ConfinementPlan(
            mode: .off,
            ruleset: policy.ruleset,
            files: files,
            capabilities: .keep
        ),
        in: FileDomain(files)
    )
}

private let landlockIsThere: Bool = probe_native(444, 0, 0, 1, 0, 0, 0) >= 3
