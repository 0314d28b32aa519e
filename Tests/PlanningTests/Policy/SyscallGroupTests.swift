import Foundation
import Planning
import TestSupport
import Testing

struct SyscallGroupTests {
    static let base = Ruleset.base
    static let features = SyscallGroup.features
    static let groups = SyscallGroup.all

    @Test func `what is added says what adds it, and what is always there does not`() {
        #expect(Self.features.allSatisfy { $0.demand != nil })
        #expect(Self.base.allSatisfy { $0.demand == nil })
    }

    @Test(arguments: groups)
    func `rows are sorted by name`(group: SyscallGroup) {
        let names = group.rules.map(\.syscall.name)
        #expect(names == names.sorted())
    }

    @Test(arguments: groups)
    func `a row is there once`(group: SyscallGroup) {
        let rows = group.rules.map { "\($0.syscall) \($0.checks)" }
        #expect(Set(rows).count == rows.count)
    }

    @Test(arguments: groups)
    func `every row has a reason`(group: SyscallGroup) {
        for rule in group.rules {
            #expect(rule.reason.count > 8, "\(rule.syscall)")
            #expect(!rule.reason.hasSuffix("."), "\(rule.syscall)")
        }
        #expect(!group.purpose.isEmpty)
    }

    @Test func `groups have names of their own`() {
        #expect(Set(Self.groups.map(\.name)).count == Self.groups.count)
    }

    @Test func `every call that we know by name is spoken of in every ruleset`() {
        let named = Set(Self.base.flatMap(\.rules).filter(\.checks.isEmpty).map(\.syscall))
        let unspoken = Set(Syscall.allCases).subtracting(named)
        #expect(unspoken.isEmpty)
    }

    @Test func `base says one thing about a call`() {
        let named = Self.base.flatMap(\.rules).filter(\.checks.isEmpty).map(\.syscall)
        #expect(Set(named).count == named.count)
    }

    @Test(arguments: features)
    func `a feature's group holds nothing that base allows already`(group: SyscallGroup) {
        let base = Set(
            Self.base.flatMap(\.rules).filter { $0.verdict == .allow && $0.checks.isEmpty }
                .map(\.syscall)
        )
        // A row with checks lifts a refusal that base has for the same arguments.
        for rule in group.rules where rule.verdict == .allow && rule.checks.isEmpty {
            #expect(!base.contains(rule.syscall), "\(rule.syscall)")
        }
    }

    @Test(arguments: features)
    func `no feature brings back what ends the process`(group: SyscallGroup) {
        let forbidden = Set(SyscallGroup.forbidden.rules.map(\.syscall))
        #expect(forbidden.isDisjoint(with: group.rules.map(\.syscall)))
    }

    @Test(
        arguments: [.kexec_load, .kexec_file_load, .reboot, .swapon, .iopl, .acct] as [Syscall]
    )
    func `what no VM does ends the process`(call: Syscall) throws {
        let ruleset = try Ruleset.derived(from: [], spawn: .allow)
        #expect(ruleset.verdict(number: call.rawValue, arguments: []) == .kill)
    }

    /// libfuse mounts, smbd asks for quotas, scripts load modules: they go on when they may not.
    @Test(
        arguments: [
            .mount, .umount2, .fsopen, .move_mount, .quotactl, .pivot_root, .ptrace, .finit_module,
            .perf_event_open, .process_vm_readv,
        ] as [Syscall]
    )
    func `what a library or a helper tries only fails`(call: Syscall) throws {
        for spawn in [SpawnPolicy.allow, .deny] {
            let options: [(name: String, value: ByteString?)] = [("nographic", nil)]
            let ruleset = try Ruleset.derived(from: options, spawn: spawn)
            let verdict = ruleset.verdict(number: call.rawValue, arguments: [])
            // mount(8) goes back to the older call where it is told that there is no newer one.
            let isNewer = [.fsopen, .move_mount].contains(call)
            let expected = Verdict.refuse(isNewer ? .notImplemented : .notPermitted, .recorded)
            #expect(verdict == expected)
        }
    }

    @Test func `every group but spawn can be set`() {
        #expect(Self.features.count == SyscallGroup.settable.count + 1)
        #expect(!SyscallGroup.settable.contains(.spawn))
    }
}

struct ArgumentCheckTests {
    @Test func `an int is compared without the register's upper half, as the kernel reads it`() {
        let check = ArgumentCheck.int(1, equals: 3)
        #expect(check.holds(for: [0, 3, 0, 0, 0, 0]))
        #expect(check.holds(for: [0, 0xFFFF_FFFF_0000_0003, 0, 0, 0, 0]))
        #expect(!check.holds(for: [3, 0, 0, 0, 0, 0]))
        #expect(!check.holds(for: [0, 0x1_0000_0004, 0, 0, 0, 0]))
    }

    @Test func `flags are compared bit by bit`() {
        let check = ArgumentCheck.flags(0, with: 0b0110, without: 0b1000)
        #expect(check.holds(for: [0b0110]))
        #expect(check.holds(for: [0b0111]))
        #expect(!check.holds(for: [0b0100]))
        #expect(!check.holds(for: [0b1110]))
        #expect(ArgumentCheck.flags(0, without: 0b10).holds(for: [0b01]))
        #expect(!ArgumentCheck.flags(0, without: 0b10).holds(for: [0b11]))
    }

    @Test func `bits of the value outside the mask do not make it unreachable`() {
        let check = ArgumentCheck(argument: 0, masked: 0xF0, equals: 0xFF)
        #expect(check.value == 0xF0)
        #expect(check.holds(for: [0xF3]))
    }

    @Test(arguments: [Int.min, -1, 6, .max])
    func `an argument that does not exist is taken for the nearest that does`(index: Int) {
        #expect((0...5).contains(ArgumentCheck(argument: index, masked: 1, equals: 1).index))
    }

    @Test func `a missing argument fulfils nothing`() {
        #expect(!ArgumentCheck.int(0, equals: 0).holds(for: []))
    }
}

/// Traces of real QEMU runs, 7.2 to 11.1: a scenario's system calls before and after start-up.
struct SyscallTraceTests {
    struct Trace: Decodable {
        let startup: [String]
        let runtime: [String]
    }

    static let file = PackageFiles.corpus.appendingPathComponent("qemu-syscalls.json")
    static let isThere = FileManager.default.fileExists(atPath: file.path)

    /// What each scenario has on its command line that the policy looks at.
    static let options: [String: [(name: String, value: ByteString?)]] = [
        "daemonize-pidfile": [("daemonize", nil)],
        "daemonize-runas": [("daemonize", nil), ("runas", "nobody")],
        "chroot": [("chroot", "/var/empty")],
        "async-teardown": [("async-teardown", nil)],
        "virtio-blk-aio-io_uring": [("drive", "file=x,aio=io_uring")],
        "tap-script": [("netdev", "tap,id=n,script=x,downscript=x")],
        "migrate-in-exec": [("incoming", "exec:cat")],
        "mem-lock": [("overcommit", "mem-lock=on")],
        "numa-host-nodes": [("object", "memory-backend-ram,host-nodes=0,policy=bind")],
        "9p-local": [("virtfs", "local,path=x")],
        "thread-context-affinity": [("object", "thread-context,id=t,cpu-affinity=0")],
    ]

    @Test(.enabled(if: isThere, "no corpus: set LAUNCHER_CORPUS"))
    func `whatever QEMU did in a trace, its ruleset allows`() throws {
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: Self.file)) as? [String: Any]
        )
        var scenarios = 0
        for (scenario, value) in json where !scenario.hasPrefix("_") {
            let trace = try JSONDecoder().decode(
                Trace.self,
                from: JSONSerialization.data(withJSONObject: value)
            )
            let name = String(scenario.drop { $0 != "/" }.dropFirst())
            // Told over QMP, long after the command line: needs `spawn allow`.
            let spawn: SpawnPolicy = name == "migrate-out-exec" ? .allow : .auto
            let ruleset = try Ruleset.derived(
                from: [("display", "none")] + (Self.options[name] ?? []),
                spawn: spawn
            )
            let refused = Set(trace.startup + trace.runtime)
                .subtracting(Self.answeredOtherwise)
                .filter { !allows(ruleset, $0) }
            #expect(refused.isEmpty, "\(scenario)")
            scenarios += 1
        }
        #expect(scenarios > 180)
    }

    /// A row of the matrix, and what QEMU called in it.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let options: String
        let calls: Set<String>
        var testDescription: String { name }
    }

    /// The first row holds what all of them call.
    private static let rows: [Row] = {
        let file = PackageFiles.root.appending(path: "Tests/PlanningTests/Policy/calls.tsv")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            let calls = columns[2].split(separator: " ").map(String.init)
            return Row(
                name: String(columns[0]),
                options: String(columns[1]),
                calls: Set(calls),
            )
        }
    }()

    @Test func `there are rows of the matrix, with what all of them call`() throws {
        #expect(Self.rows.count >= 60)
        let common = try #require(Self.rows.first)
        #expect(common.calls.isSuperset(of: ["openat", "mmap", "read", "futex", "exit_group"]))
        #expect(Self.rows.dropFirst().allSatisfy { common.calls.isDisjoint(with: $0.calls) })
    }

    @Test(arguments: rows)
    func `whatever QEMU called in a row of the matrix, its ruleset allows`(row: Row) throws {
        let words = row.options.split(separator: " ").map { ByteString($0) }
        let line = QEMUCommandLine(["qemu-system-x86_64", "-display", "none"] + words)
        let ruleset = try Ruleset.derived(from: line, spawn: .auto)
        let refused = row.calls.subtracting(Self.answeredOtherwise).filter { !allows(ruleset, $0) }
        #expect(refused.isEmpty)
    }

    /// The launcher's own exec; the C library's first try to start a thread; the event loop's
    /// first try of a ring: refused in silence, as an older kernel would.
    static let answeredOtherwise: Set<String> = [
        "execve", "clone3", "io_uring_setup", "io_uring_enter",
    ]

    private func allows(_ ruleset: Ruleset, _ name: String) -> Bool {
        ruleset.rules.contains { $0.syscall.name == name && $0.verdict == .allow }
    }

    @Test func `what no trace can show is allowed as well`() throws {
        let ruleset = try Ruleset.derived(from: [("display", "none")], spawn: .auto)
        for name in [
            "clock_gettime", "clock_getres", "gettimeofday", "time", "getcpu", "restart_syscall",
        ] {
            #expect(allows(ruleset, name), "\(name)")
        }
    }
}
