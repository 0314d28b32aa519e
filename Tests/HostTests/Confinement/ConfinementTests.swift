import CTestSupport
import Glibc
import Host
import Planning
import SystemPackage
import TestSupport
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

/// What the next program has of the caller's capabilities.
@Suite(.enabled(if: geteuid() == 0, "only root has capabilities to give up"))
struct CapabilityTests {
    @Test func `every set has what is kept, and nothing else`() async throws {
        let status = await status(.drop, keeping: [.net_admin, .ipc_lock])
        for set in ["CapPrm", "CapEff", "CapBnd"] { #expect(status[set] == "0000000000005000") }
        for set in ["CapInh", "CapAmb"] { #expect(status[set] == "0000000000000000") }
    }

    @Test func `nothing may be kept`() async throws {
        let status = await status(.drop, keeping: [])
        for set in ["CapPrm", "CapEff", "CapBnd", "CapInh", "CapAmb"] {
            #expect(status[set] == "0000000000000000", "\(set)")
        }
    }

    @Test func `keep changes nothing`() async throws {
        let status = await status(.keep, keeping: [])
        #expect(status["CapEff"] != "0000000000000000")
        #expect(status["NoNewPrivs"] == "0")
    }

    @Test func `root that starts programs does without no_new_privs`() async throws {
        let status = await status(.drop, keeping: [], seccomp: .enforce, execution: .unlimited)
        #expect(status["CapEff"] == "0000000000000000")
        #expect(status["NoNewPrivs"] == "0")
        #expect(status["Seccomp"] == "2")
    }

    /// /proc/self/status of the program that the process becomes.
    private func status(
        _ mode: CapabilityMode,
        keeping kept: Set<Capability>,
        seccomp: SeccompMode = .off,
        execution: Ruleset.Execution = .once,
    ) async -> [String: String] {
        let numbers = kept.map { Int($0.rawValue) }
        let (isDropping, isFiltered) = (mode == .drop, seccomp == .enforce)
        let isUnlimited = execution == .unlimited
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent]
        ) {
            [
                numbers = numbers as [Int], isDropping = isDropping as Bool,
                isFiltered = isFiltered as Bool, isUnlimited = isUnlimited as Bool
            ] in
            let rules = numbers.compactMap { Capability(rawValue: UInt8($0)) }.map {
                CapabilityRule(row: .init($0, because: ""), group: "", cause: .always)
            }
            let plan = LaunchPlan.ConfinementPlan(
                mode: isFiltered ? .enforce : .off,
                ruleset: Ruleset(
                    default: .allow,
                    execution: isUnlimited ? .unlimited : .once,
                    groups: []
                ),
                files: .off,
                capabilities: CapabilityPlan(mode: isDropping ? .drop : .keep, rules: rules)
            )
            try Executable(firstOf: ["/bin/cat"]).execute(
                arguments: ["cat", "/proc/self/status"],
                environment: [],
                inheriting: nil,
                under: confine(plan, in: .none())
            )
        }
        let text = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
        let pairs = text.split(separator: "\n").map { line in
            let words = line.split(separator: ":", maxSplits: 1)
            return (
                String(words[0]), words.last.map { $0.drop { $0 == "\t" } }.map(String.init) ?? ""
            )
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}
