import CSeccomp
import CTestSupport
import FilterVerification
import Glibc
import Host
import Planning
import TestSupport
import Testing

/// Our programs against libseccomp's, both run by the same machine.
struct SeccompFilterTests {
    @Test func `our table of calls agrees with libseccomp wherever libseccomp knows the name`() {
        for call in Syscall.allCases {
            let theirs = unsafe seccomp_syscall_resolve_name(call.name)
            guard theirs != __NR_SCMP_ERROR else { continue }
            #expect(theirs == Int32(bitPattern: call.rawValue), "\(call)")
        }
        // A libseccomp that knows nothing would agree with everything.
        #expect(unsafe seccomp_syscall_resolve_name("execveat") == 322)
    }

    @Test func `random tables mean the same to libseccomp`() throws {
        var random = SplitMix(seed: 0xF117E2)
        var verifier = RulesetVerifier()
        for _ in 0..<20 {
            let ruleset = Ruleset.random(using: &random)
            let agreement = try verifier.verify(ruleset, mode: .enforce)
            #expect(agreement.filters > 0 || ruleset.rules.allSatisfy { $0.verdict == .allow })
        }
    }

    @Test(arguments: [SeccompMode.enforce, .log], SpawnPolicy.allCases)
    func `a real table means the same to libseccomp, every row of it`(
        mode: SeccompMode,
        spawn: SpawnPolicy,
    ) throws {
        var verifier = RulesetVerifier()
        let options: [(name: String, value: ByteString?)] = [
            ("id", "100"), ("runas", "nobody"), ("object", "can-host-socketcan,id=c"),
        ]
        let ruleset = try Ruleset.derived(from: options, spawn: spawn)
        let agreement = try verifier.verify(ruleset, mode: mode)
        #expect(agreement.filters == (mode == .enforce ? 2 : 1))
        #expect(agreement.calls > 4_000)
        #expect(agreement.argumentValues > 2_000)
        #expect(agreement.notComparable.isEmpty)
        let denylist = try verifier.verify(.denylist, mode: mode)
        #expect(denylist.filters == 1)
        #expect(try verifier.verify(ruleset, mode: .off).filters == 0)
    }

    /// Controls: one row of the ruleset that is loaded, another for libseccomp.
    @Test(
        arguments: [
            (.allow(.reboot, because: ""), "reboot (169): ", "ALLOW", "KILL_PROCESS"),
            (.deny(.read, because: ""), "read (0): ", "ERRNO(EPERM)", "ALLOW"),
            (.decline(.read, because: ""), "read (0): ", "ERRNO(EPERM)", "ALLOW"),
            (.kill(.rseq_slice_yield, because: ""), "rseq_slice_yield (471): ", "KILL", "ERRNO"),
            (
                .allow(.socket, when: .int(0, equals: 29), because: ""),
                "socket (41) with a0=0x1d: ", "ALLOW", "ERRNO(EPERM)"
            ),
            (
                .deny(.writev, when: .flags(1, with: 1 << 40, without: 0), because: ""),
                "writev (20) with ", "ERRNO(EPERM)", "ALLOW"
            ),
            (
                .unimplemented(.read, when: .int(5, equals: 7), because: ""),
                "read (0) with ", "ERRNO(ENOSYS)", "ALLOW"
            ),
        ] as [(SyscallRule, String, String, String)]
    )
    func `a row changed behind libseccomp's back is found`(
        row: SyscallRule,
        call: String,
        ours: String,
        theirs: String,
    ) throws {
        let options: [(name: String, value: ByteString?)] = [("display", "none")]
        let ruleset = try Ruleset.derived(from: options, spawn: .deny)
        let stack = FilterStack(replacing(row, in: ruleset), mode: .enforce)
        var verifier = RulesetVerifier()
        #expect(throws: Never.self) { try verifier.verify(ruleset, mode: .enforce) }
        let failure = #expect(throws: VerificationFailure.self) {
            try leaf { try verifier.verify(stack, against: ruleset, mode: .enforce) }
        }
        guard case .differs(let difference) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(difference.message.hasPrefix(call))
        #expect(difference.message.contains("answers \(ours)"))
        #expect(difference.message.contains("libseccomp "))
        #expect(difference.message.contains("the ruleset says \(theirs)"))
        #expect(failure?.exitStatus == .software)
    }

    /// A row that speaks of the same arguments goes; others of the call stay.
    private func replacing(_ row: SyscallRule, in ruleset: Ruleset) -> Ruleset {
        let rest = ruleset.rules.filter { $0.syscall != row.syscall || $0.checks != row.checks }
        let group = SyscallGroup("changed", purpose: "", rules: rest + [row])
        return Ruleset(
            default: ruleset.defaultVerdict,
            execution: ruleset.execution,
            groups: [SelectedGroup(group, because: .always)],
        )
    }

    @Test func `answers that depend on the order of rows are named as not comparable`() throws {
        let rules: [SyscallRule] = [
            .allow(.read, when: .flags(0, with: 1, without: 0), because: ""),
            .deny(.read, when: .flags(0, with: 2, without: 0), because: ""),
            .allow(.write, when: .int(0, equals: 1), because: ""),
            .deny(.write, when: .int(0, equals: 2), because: ""),
            .kill(.write, because: ""),
        ]
        let group = SyscallGroup("test", purpose: "", rules: rules)
        let ruleset = Ruleset(
            default: .refuse(.notImplemented, .recorded),
            execution: .unlimited,
            groups: [SelectedGroup(group, because: .always)],
        )
        var verifier = RulesetVerifier()
        let agreement = try verifier.verify(ruleset, mode: .enforce)
        #expect(agreement.notComparable == [.read])
        #expect(agreement.summary.hasSuffix("; not comparable, and as the ruleset says: read"))
        #expect(
            try RulesetVerifier.pseudoCode(ruleset, mode: .enforce)
                .contains("# cannot be stated with libseccomp: read\n")
        )
    }

    @Test func `what is not comparable is held against the ruleset all the same`() throws {
        func ruleset(_ bit: UInt64) -> Ruleset {
            let group = SyscallGroup(
                "test",
                purpose: "",
                rules: [
                    .allow(.read, when: .flags(0, with: 1, without: 0), because: ""),
                    .deny(.read, when: .flags(0, with: bit, without: 0), because: ""),
                ],
            )
            let selected = SelectedGroup(group, because: .always)
            return Ruleset(default: .kill, execution: .unlimited, groups: [selected])
        }
        var verifier = RulesetVerifier()
        let failure = #expect(throws: VerificationFailure.self) {
            let stack = FilterStack(ruleset(4), mode: .enforce)
            return try leaf { try verifier.verify(stack, against: ruleset(2), mode: .enforce) }
        }
        #expect(failure?.message.contains("libseccomp") == false)
        #expect(failure?.message.hasPrefix("read (0) with a0=0x") == true)
    }

    @Test func `libseccomp's own form has every filter`() throws {
        let ruleset = try Ruleset.derived(from: [("display", "none")], spawn: .deny)
        let text = try RulesetVerifier.pseudoCode(ruleset, mode: .enforce)
        #expect(text.contains("# filter 'recorded'\n"))
        #expect(text.contains("# filter 'recorded', for "))
        #expect(text.contains("# filter 'silent'\n"))
        #expect(text.contains("# pseudo filter code start\n"))
        #expect(text.contains("action KILL_PROCESS;"))
    }
}

/// Every row of the table, live: a process under the real filter makes the call, with arguments
/// that no kernel can do anything with, and sees what the row says.
struct SeccompRowTests {
    @Test func `every call is answered as its row says`() async {
        let result = await #expect(
            processExitsWith: .exitCode(7),
            observing: [\.standardErrorContent]
        ) {
            try checkEveryCall(of: .derived(from: [("display", "none")], spawn: .deny))
            exit(7)
        }
        #expect(complaints(in: result?.standardErrorContent ?? []) == [])
    }

    @Test func `every call is answered as its row says where every feature is asked for`() async {
        let result = await #expect(
            processExitsWith: .exitCode(7),
            observing: [\.standardErrorContent]
        ) {
            let options: [(name: String, value: ByteString?)] = [
                ("daemonize", nil), ("id", "100"), ("runas", "nobody"), ("chroot", "/"),
                ("audiodev", "pa"), ("virtfs", "local"), ("incoming", "defer"), ("numa", "node"),
                ("object", "secret_keyring"), ("device", "virtio-net-pci,rss=on"),
                ("overcommit", "mem-lock=on"), ("object", "can-host-socketcan"),
            ]
            try checkEveryCall(of: .derived(from: options, spawn: .allow))
            exit(7)
        }
        #expect(complaints(in: result?.standardErrorContent ?? []) == [])
    }
}

/// The lines of ours: before them the testing library writes a mark of its own.
private func complaints(in output: [UInt8]) -> [String] {
    String(decoding: output, as: UTF8.self)
        .split(separator: "\n")
        .map(String.init)
        .filter { $0.contains("expected") }
}

/// Calls that do not return, wait for ever, or make a process whatever their arguments.
private let withoutReturn: Set<Syscall> = [
    .exit, .exit_group, .fork, .pause, .rt_sigreturn, .uretprobe, .vfork,
]

private let nonsense = [UInt64](repeating: .max, count: 6)

/// Writes what is not as it should be to stderr, which the test expects to stay empty.
private func checkEveryCall(of ruleset: Ruleset) throws {
    for call in Syscall.allCases where !withoutReturn.contains(call) {
        // The permit for the launcher's own exec has tests of its own.
        if ruleset.execution == .once, call == .execve || call == .execveat { continue }

        let found = try outcome(of: call, under: ruleset)
        let expected: Int32 =
            switch ruleset.verdict(number: call.rawValue, arguments: nonsense) {
            case .allow: try outcome(of: call, under: nil)
            case .refuse(.notImplemented, _): ENOSYS
            case .refuse(.notPermitted, _): EPERM
            case .kill: SIGSYS << 8
            }
        guard found != expected else { continue }
        let message = "\(call): found \(found), expected \(expected)\n"
        _ = unsafe write(STDERR_FILENO, message, message.utf8.count)
    }
}

/// - Returns: the error's number, 0 for none, or a signal in the second byte.
private func outcome(of call: Syscall, under ruleset: Ruleset?) throws -> Int32 {
    let child = probe_fork()
    if child == 0 {
        if let ruleset { _ = try confine(ruleset, mode: .enforce) }
        let result = probe_native(Int(call.rawValue), -1, -1, -1, -1, -1, -1)
        _ = probe_native(231, result < 0 ? -result : 0, 0, 0, 0, 0, 0)  // exit_group
    }
    return probe_wait(child)
}
