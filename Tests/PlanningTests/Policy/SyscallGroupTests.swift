import FilterMachine
import Planning
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
