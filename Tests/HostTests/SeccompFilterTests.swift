import CSeccomp
import Planning
import Testing

@testable import Host

struct SeccompFilterTests {
    @Test func `our table agrees with libseccomp wherever libseccomp knows the name`() {
        for call in Syscall.allCases {
            let theirs = unsafe seccomp_syscall_resolve_name(call.name)
            guard theirs != __NR_SCMP_ERROR else { continue }
            #expect(theirs == Int32(bitPattern: call.rawValue), "\(call)")
        }
        // A libseccomp that knows nothing would agree with everything.
        #expect(unsafe seccomp_syscall_resolve_name("execveat") == 322)
    }

    @Test func `a rule for a call that libseccomp has no name for is taken by number`() throws {
        let group = SyscallGroup("new", purpose: "", rules: [.kill(.listns, because: "")])
        let ruleset = Ruleset(
            default: .allow,
            execution: .unlimited,
            groups: [SelectedGroup(group, because: .always)]
        )
        _ = try SeccompFilter.making(ruleset, mode: .enforce)
    }

    @Test(arguments: [
        (SeccompMode.enforce, Verdict.allow, 0x7FFF_0000 as UInt32),
        (.enforce, .refuse(.notImplemented, .recorded), 0x0005_0026),
        (.enforce, .refuse(.notPermitted, .silent), 0x0005_0001),
        (.enforce, .kill, 0x8000_0000),
        (.log, .allow, 0x7FFF_0000),
        (.log, .refuse(.notPermitted, .recorded), 0x7FFC_0000),
        (.log, .kill, 0x7FFC_0000),
    ])
    func `a verdict is the kernel's action`(mode: SeccompMode, verdict: Verdict, action: UInt32) {
        #expect(SeccompActions(mode: mode)[verdict] == action)
    }
}
