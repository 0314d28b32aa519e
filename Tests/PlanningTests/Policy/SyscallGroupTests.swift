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
        for rule in group.rules where rule.verdict == .allow {
            #expect(!base.contains(rule.syscall), "\(rule.syscall)")
        }
    }

    @Test(arguments: features)
    func `no feature brings back what ends the process`(group: SyscallGroup) {
        let forbidden = Set(SyscallGroup.forbidden.rules.map(\.syscall))
        #expect(forbidden.isDisjoint(with: group.rules.map(\.syscall)))
    }

    @Test(
        arguments: [
            .mount, .init_module, .kexec_file_load, .ptrace, .process_vm_writev, .reboot,
        ] as [Syscall]
    )
    func `what no VM does ends the process`(call: Syscall) {
        let verdict = Ruleset.denylist.verdict(number: call.rawValue, arguments: [])
        #expect(verdict == .kill)
    }

    @Test(
        arguments: [
            // What Proxmox's tap scripts do: perl, ip, bridge, tc, ovs-vsctl, systemctl.
            .execve, .clone, .vfork, .wait4, .socket, .ioctl, .flock, .shmat, .close_range,
            // What QEMU does where it is asked to, and falls back from where it cannot.
            .bpf, .keyctl, .userfaultfd, .io_uring_setup, .mbind, .mlockall, .setuid, .chroot,
            .seccomp,
        ] as [Syscall]
    )
    func `the first filter leaves alone what somebody has a use for`(call: Syscall) {
        #expect(Ruleset.denylist.verdict(number: call.rawValue, arguments: []) == .allow)
    }
}
