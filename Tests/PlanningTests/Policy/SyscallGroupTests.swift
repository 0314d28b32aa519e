import Planning
import Testing

struct SyscallGroupTests {
    static let groups: [SyscallGroup] = [.forbidden, .withheld]

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
