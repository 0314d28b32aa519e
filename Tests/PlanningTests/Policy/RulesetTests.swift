import Planning
import TestSupport
import Testing

struct RulesetTests {
    private func ruleset(_ rules: SyscallRule...) -> Ruleset {
        let half = rules.count / 2
        let first = SyscallGroup("first", purpose: "", rules: Array(rules[..<half]))
        let second = SyscallGroup("second", purpose: "", rules: Array(rules[half...]))
        return Ruleset(
            default: .refuse(.notImplemented, .recorded),
            execution: .once,
            groups: [
                SelectedGroup(first, because: .always), SelectedGroup(second, because: .always),
            ]
        )
    }

    @Test func `a call that no row names gets the default`() {
        let policy = ruleset(.allow(.read, because: ""))
        #expect(policy.verdict(number: 1, arguments: []) == .refuse(.notImplemented, .recorded))
        #expect(policy.verdict(number: .max, arguments: []) == .refuse(.notImplemented, .recorded))
        #expect(policy.verdict(number: 0, arguments: []) == .allow)
    }

    @Test func `a row with a check speaks before a row without`() {
        let denied = ruleset(
            .allow(.prctl, because: ""),
            .deny(.prctl, when: .int(0, equals: 35), because: "")
        )
        #expect(denied.verdict(number: 157, arguments: [15]) == .allow)
        #expect(denied.verdict(number: 157, arguments: [35]) == .refuse(.notPermitted, .recorded))

        let permitted = ruleset(
            .kill(.prctl, because: ""),
            .allow(.prctl, when: .int(0, equals: 15), because: "")
        )
        #expect(permitted.verdict(number: 157, arguments: [15]) == .allow)
        #expect(permitted.verdict(number: 157, arguments: [35]) == .kill)
    }

    @Test func `of rows alike the more permissive holds, whichever group is first`() {
        let rows: [SyscallRule] = [.kill(.bpf, because: ""), .allow(.bpf, because: "")]
        #expect(ruleset(rows[0], rows[1]).verdict(number: 321, arguments: []) == .allow)
        #expect(ruleset(rows[1], rows[0]).verdict(number: 321, arguments: []) == .allow)
    }

    @Test func `a row speaks only where all of its checks hold`() {
        let policy = ruleset(
            .allow(.clone, when: .flags(0, without: 1), .int(1, equals: 2), because: "")
        )
        #expect(policy.verdict(number: 56, arguments: [0, 2]) == .allow)
        #expect(policy.verdict(number: 56, arguments: [1, 2]) != .allow)
        #expect(policy.verdict(number: 56, arguments: [0, 1]) != .allow)
    }
}

struct RulesetDerivationTests {
    typealias Options = [(name: String, value: ByteString?)]

    private func groups(_ options: Options, spawn: SpawnPolicy = .auto) throws -> [SelectedGroup] {
        try Ruleset.derived(from: options, spawn: spawn).groups
    }

    /// The groups that these options ask for, beyond what an empty command line gets.
    private func asked(by options: Options) throws -> [String] {
        let quiet: Options = [("daemonize", nil), ("display", "none"), ("nodefaults", nil)]
        let before = Set(try groups(quiet).map(\.group.name))
        return try groups(options + quiet).map(\.group.name).filter { !before.contains($0) }
            .sorted()
    }

    @Test(
        arguments: [
            ("runas", "nobody", ["identity"]),
            ("run-with", "user=nobody", ["identity"]),
            ("run-with", "chroot=/var/empty,user=1:1", ["chroot", "identity"]),
            ("run-with", "async-teardown=on", ["async-teardown"]),
            ("run-with", "async-teardown=off", []),
            ("async-teardown", nil, ["async-teardown"]),
            ("chroot", "/var/empty", ["chroot"]),
            ("id", "100", ["io-uring", "shared-sockets", "spawn"]),
            ("drive", "file=/x,aio=io_uring,if=none", ["io-uring"]),
            ("drive", "file=/x,aio=native,if=none", []),
            ("drive", "file=/x,,aio=io_uring,if=none", []),
            (
                "blockdev", #"{"driver":"raw","file":{"aio" : "io_uring","filename":"/x"}}"#,
                ["io-uring"]
            ),
            ("blockdev", #"{"driver":"raw","file":{"filename":"aio\":\"io_uring"}}"#, []),
            ("hda", #"json:{"driver":"file","filename":"/d","aio":"io_uring"}"#, ["io-uring"]),
            ("drive", "if=none,backing.file.aio=io_uring", ["io-uring"]),
            ("overcommit", "mem-lock=on", ["memory-lock"]),
            ("overcommit", "mem-lock=off,cpu-pm=on", []),
            ("numa", "node,nodeid=0", ["numa"]),
            ("object", "memory-backend-ram,id=m,size=1G,host-nodes=0,policy=bind", ["numa"]),
            (
                "object",
                #"{"qom-type":"memory-backend-ram","id":"m","host-nodes":[0],"policy":"bind"}"#,
                ["numa"]
            ),
            ("object", "memory-backend-ram,id=m,size=1G", []),
            ("object", "thread-context,id=t,cpu-affinity=0", ["scheduling"]),
            ("object", "secret_keyring,id=k,serial=1", ["keyring"]),
            ("object", "can-host-socketcan,id=c,if=can0,canbus=b", ["can"]),
            ("display", "gtk,gl=on", ["desktop", "scheduling", "spawn"]),
            ("display", "egl-headless,gl=core", ["desktop", "scheduling"]),
            ("spice", "port=5900,disable-ticketing=on", []),
            ("device", "virtio-vga-gl,id=v", ["desktop", "scheduling"]),
            ("audiodev", "pa,id=a", ["desktop", "scheduling"]),
            ("audiodev", "driver=none,id=a", []),
            ("virtfs", "local,path=/x,mount_tag=x,security_model=none", ["shared-folder"]),
            ("incoming", "tcp:0:4444", ["postcopy"]),
            ("incoming", "defer", ["postcopy"]),
            ("device", "virtio-net-pci,netdev=n,rss=on", ["ebpf"]),
            ("device", #"{"driver":"virtio-net-pci","rss":true}"#, ["ebpf"]),
            ("device", "virtio-net-pci,netdev=n", []),
            ("netdev", "af-xdp,ifname=eth0,id=x", ["af-xdp"]),
            ("netdev", "user,id=n", ["ping"]),
            ("nic", "user", ["ping"]),
            ("netdev", "l2tpv3,id=n,src=::1,txsession=1", ["l2tpv3"]),
            ("netdev", "vde,id=n,sock=/run/vde", ["shared-sockets"]),
            ("netdev", "tap,id=n,ifname=t,script=/etc/up,downscript=no", ["netns", "spawn"]),
            ("netdev", "tap,id=n", ["netns", "spawn"]),
            ("netdev", "tap,id=n,helper=/usr/lib/qemu/qemu-bridge-helper", ["spawn"]),
            (
                "netdev",
                "tap,id=n,script=/usr/libexec/qemu-server/pve-bridge,downscript=no",
                ["spawn"]
            ),
            ("drive", "file=rbd:pool/image:id=admin,if=none", ["shared-sockets"]),
            ("blockdev", #"{"driver":"rbd","pool":"p","image":"i"}"#, ["shared-sockets"]),
            ("incoming", "rdma:0:4444", ["postcopy", "rdma"]),
            ("device", "virtio-vga-gl,venus=on", ["desktop", "scheduling", "spawn"]),
            ("audiodev", "jack,id=a,out.start-server=on", ["desktop", "scheduling", "spawn"]),
            ("global", "virtio-vga-gl.venus=on", ["spawn"]),
            ("chardev", "pty,id=c,path=/run/console", ["terminal-link"]),
            ("chardev", "pty,id=c", []),
            ("audiodev", "jack,id=a", ["desktop", "scheduling"]),
            // What needs nothing that base lacks.
            ("device", "vfio-pci,host=01:00.0", []),
            ("device", "usb-host,vendorid=1", []),
            ("netdev", "tap,id=n,fd=5,vhost=on", []),
            ("object", "sev-snp-guest,id=s", []),
            ("object", "tdx-guest,id=t", []),
            ("sandbox", "on,spawn=deny", []),
            ("vnc", "unix:/run/x.vnc", []),
        ] as [(String, ByteString?, [String])]
    )
    func `an option asks for its groups`(
        name: String,
        value: ByteString?,
        expected: [String]
    ) throws {
        #expect(try asked(by: [(name, value)]) == expected)
    }

    @Test(
        arguments: [
            ("netdev", "tap,id=n,ifname=t", true),
            ("netdev", "tap,id=n,script=/usr/libexec/qemu-server/pve-bridge,downscript=x", true),
            ("netdev", "type=tap,id=n,script=no,downscript=no", false),
            ("netdev", "tap,id=n,script=no", true),
            ("netdev", "tap,id=n,fd=5", false),
            ("netdev", "tap,id=n,fds=5:6", false),
            ("netdev", "tap,id=n,helper=/x", true),
            ("netdev", #"{"type":"tap","id":"n","script":"no","downscript":"no"}"#, false),
            ("netdev", #"{"type":"tap","id":"n"}"#, true),
            ("netdev", "bridge,id=n,br=br0", true),
            ("nic", "bridge,br=br0", true),
            ("net", "tap", true),
            ("net", "nic,model=e1000", false),
            ("netdev", "user,id=n", false),
            ("netdev", "user,id=n,smb=/srv", true),
            ("netdev", "user,id=n,guestfwd=tcp:10.0.2.9:7-cmd:cat", true),
            ("netdev", "user,id=n,guestfwd=tcp:10.0.2.9:7-tcp:127.0.0.1:7", false),
            ("netdev", #"{"type":"user","guestfwd":[{"str":"tcp:10.0.2.9:7-cmd:cat"}]}"#, true),
            ("netdev", "passt,id=n", true),
            ("netdev", "stream,id=n,addr.type=unix,addr.path=/x", false),
            ("incoming", "exec:cat /x", true),
            (
                "incoming", #"{"channel-type":"main","addr":{"transport":"exec","args":["cat"]}}"#,
                true
            ),
            ("incoming", "unix:/x", false),
            ("display", "spice-app", true),
            ("device", "tap", false),
            ("name", "exec:tap,script=x", false),
        ] as [(String, ByteString?, Bool)]
    )
    func `an option that starts a program is known`(
        name: String,
        value: ByteString?,
        starts: Bool
    ) throws {
        let ruleset = try Ruleset.derived(from: [(name, value)], spawn: .auto)
        #expect(ruleset.execution == (starts ? .unlimited : .once))
        let spawn = ruleset.groups.first { $0.group == .spawn }
        #expect(spawn?.cause == (starts ? .option(name: name, value: value) : nil))

        let execve = ruleset.verdict(number: 59, arguments: [])
        #expect(execve == (starts ? .allow : .refuse(.notImplemented, .recorded)))
    }

    @Test func `spawn deny refuses what would start a program, and says which option`() {
        let option: (String, ByteString?) = ("netdev", "bridge,id=n")
        #expect(throws: PolicyError.spawnDenied(option: "netdev", value: "bridge,id=n")) {
            try Ruleset.derived(from: [("m", "1G"), option], spawn: .deny)
        }
    }

    @Test func `spawn allow and deny have the last word where no option asks`() throws {
        #expect(try Ruleset.derived(from: [], spawn: .deny).execution == .once)
        let allowed = try Ruleset.derived(from: [], spawn: .allow)
        #expect(allowed.execution == .unlimited)
        #expect(allowed.groups.contains(SelectedGroup(.spawn, because: .setting("spawn allow"))))
    }

    @Test func `the configuration adds what QMP asks for later`() throws {
        let ruleset = try Ruleset.derived(from: [], spawn: .deny, adding: [.ioUring, .numa])
        let ring = ruleset.groups.first { $0.group == .ioUring }
        #expect(ring?.cause == .setting("groups io-uring"))
        #expect(ruleset.verdict(number: 425, arguments: []) == .allow)
        #expect(ruleset.verdict(number: 237, arguments: []) == .allow)
    }

    @Test func `what is not said counts too`() throws {
        let names = try groups([]).map(\.group.name)
        #expect(names.contains("ping") && names.contains("desktop"))
        let quiet = try groups([("daemonize", nil), ("nographic", nil), ("nic", "none")]).map(
            \.group.name
        )
        #expect(!quiet.contains("ping") && !quiet.contains("desktop"))
        #expect(quiet.contains("daemonize"))
    }

    @Test func `each group is there once, with the first option that asked`() throws {
        let first: ByteString = "if=none,aio=io_uring,file=/a"
        let groups = try groups([("drive", first), ("drive", "aio=io_uring"), ("id", "100")])
        let rings = groups.filter { $0.group == .ioUring }
        #expect(rings.map(\.cause) == [.option(name: "drive", value: first)])
        #expect(Set(groups.map(\.group.name)).count == groups.count)
    }

    @Test(
        arguments: [
            "", ",", ",,", "=", "{", "{\"", "{\"a", "{\"a\\", "{\"a\":", "{\"a\":\"\\\"", "{:::}",
            "{\"aio\"", "tap,\u{0}", "type=", "{{{{[[[[",
        ] as [ByteString]
    )
    func `a value that makes no sense is read without harm`(value: ByteString) throws {
        for name in ["netdev", "object", "device", "blockdev", "display", "incoming", "run-with"] {
            _ = try Ruleset.derived(from: [(name, value), (name, nil)], spawn: .auto)
        }
        let bytes = ByteString([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0xFE, 0x22])
        _ = try Ruleset.derived(from: [("netdev", bytes)], spawn: .auto)
    }
}

struct SyscallTests {
    @Test(arguments: [
        (Syscall.read, 0, "read"),
        (.execve, 59, "execve"),
        (._sysctl, 156, "_sysctl"),
        (.io_setup, 206, "io_setup"),
        (.epoll_pwait, 281, "epoll_pwait"),
        (.rseq, 334, "rseq"),
        (.uprobe, 336, "uprobe"),
        (.pidfd_send_signal, 424, "pidfd_send_signal"),
        (.clone3, 435, "clone3"),
        (.rseq_slice_yield, 471, "rseq_slice_yield"),
    ])
    func `a call has the kernel's number and name`(call: Syscall, number: UInt32, name: String) {
        #expect(call.rawValue == number)
        #expect(call.name == name)
    }

    @Test func `the last call is the last`() {
        #expect(Syscall.allCases.map(\.rawValue).max() == Syscall.last.rawValue)
    }

    @Test(arguments: [337, 386, 423, 472, 512, 0x4000_0000, .max] as [UInt32])
    func `a number that is not in use is not a call`(number: UInt32) {
        #expect(Syscall(rawValue: number) == nil)
    }
}
