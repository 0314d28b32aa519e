import Planning
import TestSupport
import Testing

struct CapabilityPlanTests {
    private func kept(
        _ words: String,
        spawn: SpawnPolicy = .auto,
        foreign: Set<ByteString> = [],
    ) throws -> Set<Capability> {
        // Without the network that QEMU makes by itself, in which a guest may ping.
        let line = QEMUCommandLine(
            ["kvm", "-nodefaults"] + words.split(separator: " ").map { ByteString($0) }
        )
        let groups = try Ruleset.derived(from: line, spawn: spawn).groups
        let surroundings = LaunchSurroundings(foreign: foreign)
        let files = FileRuleset.derived(from: line, groups: groups, in: surroundings)
        let plan = CapabilityPlan.derived(
            .drop,
            from: line,
            groups: groups,
            files: files,
            in: surroundings
        )
        for rule in try #require(plan.rules) { #expect(!rule.row.reason.isEmpty) }
        return try #require(plan.kept)
    }

    @Test(
        arguments: [
            ("-display none -drive file=/a", []),
            ("-display none -runas nobody", [.setgid, .setuid]),
            ("-display none -chroot /srv", [.sys_chroot]),
            ("-display none -overcommit mem-lock=on", [.ipc_lock]),
            ("-display none -device vfio-pci,host=1:0.0", [.ipc_lock, .sys_rawio]),
            ("-display none -netdev tap,id=n,script=no,downscript=no", [.net_admin]),
            ("-display none -netdev tap,id=n,fd=3", []),
            ("-display none -netdev user,id=n", [.net_raw]),
            ("-display none -netdev user,id=n,hostfwd=tcp::22-:22", [.net_bind_service, .net_raw]),
            ("-display none -netdev vde,id=n", [.chown, .fowner]),
            ("-display none -drive file=rbd:pool/disk", [.chown, .fowner]),
            ("-display none -device virtio-net-pci,rss=on", [.bpf, .net_admin]),
            ("-display none -incoming defer", [.sys_ptrace]),
            ("-display none -incoming tcp:0:99", [.net_bind_service, .sys_ptrace]),
            ("-display none -object sev-guest,id=s", [.ipc_lock]),
            ("-display none -vnc unix:/r/v", []), ("-display none -vnc :1", [.net_bind_service]),
            (
                "-display none -virtfs local,path=/s,mount_tag=t,security_model=none",
                [.chown, .dac_override, .dac_read_search, .fowner, .fsetid, .mknod]
            ),
        ] as [(String, Set<Capability>)]
    )
    func `a command line keeps what it shows a need of`(
        words: String,
        expected: Set<Capability>
    ) throws {
        #expect(try kept(words) == expected)
    }

    @Test func `what scripts of Proxmox do is kept, and nothing that owns the host`() throws {
        let kept = try kept("-id 100 -daemonize -display none")
        #expect(kept.isSuperset(of: [.net_admin, .dac_override]))
        let never: Set<Capability> = [
            .sys_admin, .sys_module, .sys_rawio, .sys_ptrace, .sys_boot, .sys_time, .mac_admin,
            .mac_override, .syslog, .mknod, .bpf, .perfmon, .audit_control,
        ]
        #expect(kept.isDisjoint(with: never))
    }

    @Test func `a file of others is opened by a capability`() throws {
        #expect(try kept("-display none -drive file=/a", foreign: ["/a"]) == [.dac_override])
        #expect(try kept("-display none -drive file=/a", foreign: ["/b"]) == [])
    }

    @Test func `what mounts keeps what it mounts with`() throws {
        #expect(try kept("-netdev tap,id=n,script=/s,downscript=no").contains(.sys_admin))
        #expect(SyscallGroup.fuse.capabilities.map(\.capability) == [.sys_admin])
    }

    /// Each group that an option adds says what it needs when it is made: the compiler asks for it.
    /// What is part of every ruleset needs nothing.
    @Test(arguments: SyscallGroup.all)
    func `a group says what it needs of root, each once and for a reason`(group: SyscallGroup) {
        let names = group.capabilities.map(\.capability)
        #expect(Set(names).count == names.count)
        #expect(group.capabilities.allSatisfy { !$0.reason.isEmpty })
        #expect((group.demand == nil) == Ruleset.base.contains(group))
        if group.demand == nil { #expect(names.isEmpty) }
    }

    @Test func `the names of capabilities are the kernel's`() {
        #expect(Capability.allCases.map(\.rawValue) == Array(0...40))
        #expect(Capability.checkpoint_restore.rawValue == 40 && Capability.sys_admin.rawValue == 21)
    }

    @Test func `without rows nothing is kept, and with keep all`() {
        #expect(CapabilityPlan(mode: .drop, rules: nil).kept == [])
        #expect(CapabilityPlan.keep.kept == nil)
    }
}
