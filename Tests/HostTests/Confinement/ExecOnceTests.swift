import CTestSupport
import Glibc
import Host
import Planning
import SystemPackage
import TestSupport
import Testing

/// Exactly one exec, live: the launcher's own comes through, and no way there is to another.
struct ExecOnceTests {
    @Test func `the launcher becomes another program`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let confinement = try confine(.derived(from: [], spawn: .deny), mode: .enforce)
            guard confinement.permitsOneExec, confinement.noNewPrivileges else { exit(1) }
            _ = replace("/bin/sh", ["sh", "-c", "exit 7"])
            exit(2)
        }
    }

    /// By descriptor as well as by path: the permit is for the exec, not for how it is asked for.
    @Test func `the launcher becomes another program by its descriptor`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let shell = unsafe open("/bin/sh", O_RDONLY | O_CLOEXEC)
            _ = try confine(.derived(from: [], spawn: .deny), mode: .enforce)
            _ = unsafe probe_execveat(shell, "exit 7")
            exit(2)
        }
    }

    @Test func `an exec that fails is reported, and there is no second`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let confinement = try confine(.derived(from: [], spawn: .deny), mode: .enforce)
            let first = replace("/nonexistent", ["x"])
            guard first == ENOENT, !confinement.refused(with: .noSuchFileOrDirectory) else {
                exit(1)
            }
            let second = replace("/bin/sh", ["sh", "-c", "exit 99"])
            guard second == ENOSYS, confinement.refused(with: .noFunction) else { exit(2) }
            exit(7)
        }
    }

    @Test func `no other program is started after that`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            try expect(42, of: refusedAttacks, spawn: .deny, options: [("display", "none")])
            exit(7)
        }
    }

    @Test func `what only an attack does ends it`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            try expect(
                SIGSYS << 8,
                of: deadlyAttacks,
                spawn: .deny,
                options: [("display", "none")]
            )
            exit(7)
        }
    }

    @Test func `the processes of a daemon are no way around it`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let attacks = ["execve-again", "fork-and-exec", "own-listener", "spawn"]
            try expect(42, of: attacks, spawn: .deny, options: [("daemonize", nil)])
            exit(7)
        }
    }

    /// Each attack does what it says: where programs may be started, they are.
    @Test func `the attacks are real`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let attacks = ["execve-again", "execveat-absolute", "execveat-descriptor", "spawn"]
            try expect(99, of: attacks, spawn: .allow, options: [])
            exit(7)
        }
    }

    @Test func `the permit never fails, a thousand times in a row`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            for _ in 0..<1_000 {
                let child = probe_fork()
                if child == 0 {
                    _ = try confine(.derived(from: [], spawn: .deny), mode: .enforce)
                    _ = replace("/bin/true", ["true"])
                    exit(1)
                }
                guard probe_wait(child) == 0 else { exit(2) }
            }
            exit(7)
        }
    }

    @Test func `a listener around us is named, and nothing is started`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            guard probe_listen() >= 0 else { exit(1) }
            let ruleset = try Ruleset.derived(from: [], spawn: .deny)
            do throws(ConfinementError) {
                _ = try confine(ruleset, mode: .enforce)
            } catch .outerListener {
                exit(7)
            }
            exit(2)
        }
    }
}

private let refusedAttacks = [
    "clone-into-namespace", "clone-without-thread", "clone3-process", "execve-again",
    "execve-at-low-address", "execve-in-thread", "execveat-absolute", "execveat-descriptor",
    "execveat-memory", "execveat-sent-descriptor", "fork-and-exec", "many-times", "move-heap",
    "own-listener", "own-listener-wide-flags", "permissive-filter", "raw-fork", "ring", "spawn",
    "traced", "tracing-filter", "vfork-and-exec", "write-other-memory",
]

private let deadlyAttacks = ["execve-i386", "execve-x32"]

/// Runs each attack in a confined process of its own and ends this one, with the attack's name on
/// stderr, where it does not end with `status`: an exit status, or a signal in the second byte.
private func expect(
    _ status: Int32,
    of attacks: [String],
    spawn: SpawnPolicy,
    options: [(name: String, value: ByteString?)]
) throws {
    for attack in attacks {
        let child = probe_fork()
        if child == 0 {
            _ = try confine(.derived(from: options, spawn: spawn), mode: .enforce)
            _ = replace(attacker, ["qemu-stand-in", "--exec-attack", attack])
            exit(2)
        }
        let found = probe_wait(child)
        guard found != status else { continue }
        let message = "attack \(attack): ended with \(found), expected \(status)\n"
        _ = unsafe write(STDERR_FILENO, message, message.utf8.count)
        exit(1)
    }
}

/// The program next to the tests that tries to start another.
private var attacker: String {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let path = String(
        decoding: buffer.prefix(max(count, 0)).map(UInt8.init(bitPattern:)),
        as: UTF8.self
    )
    return path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex) + "qemu-stand-in"
}

/// - Returns: why not, if it returns at all.
private func replace(_ path: String, _ arguments: [String]) -> Int32 {
    var pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
    unsafe execv(path, &pointers)
    return errno
}
