import CTestSupport
import FilterMachine
import Glibc
import Host
import Planning
import Testing

/// What the kernel answers once a filter is there; each case in a process of its own.
struct ConfinementTests {
    @Test func `a call that no VM makes ends the process`() async {
        await #expect(processExitsWith: .signal(SIGSYS)) {
            _ = try confine(.denylist, mode: .enforce)
            _ = probe_native(246, 0, 0, 0, 0, 0, 0)  // kexec_load
        }
    }

    @Test func `the i386 system calls of a 64-bit process end it`() async {
        await #expect(processExitsWith: .signal(SIGSYS)) {
            _ = try confine(.denylist, mode: .enforce)
            _ = probe_i386(20)  // getpid, allowed by name
        }
    }

    @Test func `the x32 system calls of a 64-bit process end it`() async {
        await #expect(processExitsWith: .signal(SIGSYS)) {
            _ = try confine(.denylist, mode: .enforce)
            _ = probe_native(0x4000_0000 + 39, 0, 0, 0, 0, 0, 0)  // getpid, allowed by name
        }
    }

    @Test func `everything else goes on as before`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let confinement = try confine(.denylist, mode: .enforce)
            guard confinement.mode == .enforce else { exit(1) }
            guard probe_native(39, 0, 0, 0, 0, 0, 0) == Int(getpid()) else { exit(2) }
            guard probe_native(1_000, 0, 0, 0, 0, 0, 0) == -Int(ENOSYS) else { exit(3) }
            exit(7)
        }
    }

    @Test func `log lets the call happen`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            _ = try confine(.denylist, mode: .log)
            guard probe_native(246, 0, 0, 0, 0, 0, 0) < 0 else { exit(1) }
            guard probe_i386(20) == Int(getpid()) else { exit(2) }
            exit(7)
        }
    }

    @Test func `off loads no filter`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let confinement = try confine(.denylist, mode: .off)
            guard confinement.mode == .off, !confinement.noNewPrivileges else { exit(1) }
            guard probe_native(246, 0, 0, 0, 0, 0, 0) < 0 else { exit(2) }
            exit(7)
        }
    }

    @Test func `a refused call fails with the error of its row`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let group = SyscallGroup(
                "test",
                purpose: "",
                rules: [
                    .deny(.getppid, because: ""),
                    .unimplemented(.getpgrp, because: ""),
                    .absent(.umask, when: .int(0, equals: 0o77), because: ""),
                ]
            )
            let ruleset = Ruleset(
                default: .allow,
                execution: .once,
                groups: [SelectedGroup(group, because: .always)]
            )
            _ = try confine(ruleset, mode: .enforce)
            guard probe_native(110, 0, 0, 0, 0, 0, 0) == -Int(EPERM) else { exit(1) }
            guard probe_native(111, 0, 0, 0, 0, 0, 0) == -Int(ENOSYS) else { exit(2) }
            guard probe_native(95, 0o77, 0, 0, 0, 0, 0) == -Int(ENOSYS) else { exit(3) }
            guard probe_native(95, 0o22, 0, 0, 0, 0, 0) >= 0 else { exit(4) }
            exit(7)
        }
    }

    @Test func `privileges are given up unless QEMU starts programs as root`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let once = Ruleset(default: .allow, execution: .once, groups: [])
            let unlimited = Ruleset(default: .allow, execution: .unlimited, groups: [])
            let first = try confine(unlimited, mode: .enforce)
            guard first.noNewPrivileges == (geteuid() != 0) else { exit(1) }
            let second = try confine(once, mode: .enforce)
            guard second.noNewPrivileges else { exit(2) }
            exit(7)
        }
    }
}
