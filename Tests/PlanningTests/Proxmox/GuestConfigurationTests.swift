import Planning
import TestSupport
import Testing

struct GuestConfigurationTests {
    private func parse(_ text: String) -> GuestConfiguration {
        GuestConfiguration(parsing: Array(text.utf8), vmid: 100)
    }

    private let text = """
        #local%3Aefi-firmware/x.fd is only a remark
        args: -efi-firmware local:efi-firmware/a.fd  \t
        bios: ovmf
        efidisk0: local-lvm:vm-100-disk-0,efitype=4m,pre-enrolled-keys=1,size=4M
        smbios1: uuid=0D8A1C3E-5b7f-4c2d-9e6a-1f2b3c4d5e6f,family=YQ==
        name: first
        name: second

        [PENDING]
        args: -efi-firmware local:efi-firmware/b.fd
        delete: hostpci0

        [special:cloudinit]
        args: -efi-firmware local:efi-firmware/cloud.fd

        [Before_Update]
        args: -efi-firmware local:efi-firmware/old.fd
        snapstate: prepare

        [future thing]
        bios: seabios
        """

    @Test func `every section keeps to itself`() throws {
        let guest = parse(text)
        #expect(guest.current["name"]?.text == "second")
        #expect(guest.current["args"]?.text == "-efi-firmware local:efi-firmware/a.fd")
        #expect(guest.current["args"]?.line == 2)
        #expect(guest.current.isUEFI)
        #expect(guest.current.uuid?.text == "0d8a1c3e-5b7f-4c2d-9e6a-1f2b3c4d5e6f")
        #expect(try guest.current.efiDisk()?.variables == .large)
        #expect(try guest.current.firmware()?.volume.fileName == "a.fd")
        #expect(try guest.pending?.firmware()?.volume.fileName == "b.fd")
        #expect(guest.pending?["delete"]?.text == "hostpci0")
        #expect(guest.snapshots.map(\.name) == ["Before_Update"])
        #expect(try guest.snapshots.first?.settings.firmware()?.volume.fileName == "old.fd")
        #expect(guest.warnings.map(\.cause) == [.unknownSection("future thing")])
        #expect(guest.warnings.map(\.line) == [20])
    }

    @Test(arguments: [
        ("[pending]\nbios: ovmf", true), ("[PENDING]  \nbios: ovmf", true),
        (" [PENDING]\nbios: ovmf", false), ("[PENDING]x\nbios: ovmf", false),
        ("[]\nbios: ovmf", false), ("[a]b]\nbios: ovmf", false),
    ])
    func `pending changes are told by their header`(text: String, isPending: Bool) {
        #expect((parse(text).pending?["bios"] != nil) == isPending)
    }

    @Test(arguments: [
        ("bios: ovmf", "ovmf"), ("bios:ovmf", "ovmf"), ("bios: \t ovmf \r", "ovmf"),
        ("bios : ovmf", nil), (" bios: ovmf", nil), ("Bios: ovmf", nil), ("bios: ", ""),
        ("bios", nil), ("bios: a: b", "a: b"), ("bios0x: ovmf", nil), ("#bios: ovmf", nil),
        ("bios: ovmf\nbios: seabios", "seabios"),
    ])
    func `a setting is a key, a colon and a value`(text: String, expected: String?) {
        #expect(parse(text).current["bios"]?.text.text == expected)
    }

    @Test func `Proxmox drops args that end like a snapshot's state, and so do we`() {
        #expect(parse("args: -name snapstate: prepare").current["args"] == nil)
        #expect(parse("args: -name snapstate:delete ").current["args"] == nil)
        #expect(parse("args: -name snapstate:deleted").current["args"] != nil)
    }

    @Test func `what Proxmox ignores is said`() {
        let guest = parse("nonsense\ndelete: a\n[snap]\nbios: ovmf\n[snap]\n[PENDING]\n[PENDING]\n")
        #expect(
            guest.warnings.map(\.cause) == [
                .unintelligible("nonsense"), .deleteOutsidePending, .duplicateSection("snap"),
                .duplicateSection("PENDING"),
            ]
        )
        #expect(guest.snapshots.map(\.settings) == [.init()])
    }

    @Test func `a value of blanks is empty, and no reason to warn`() throws {
        let text = "boot:  \nargs: -efi-firmware local:efi-firmware/a.fd\nargs: \t\ntags: \n"
        let guest = GuestConfiguration(parsing: Array(text.utf8), vmid: 100)
        #expect(guest.warnings.isEmpty)
        #expect(guest.current["boot"]?.text == "")
        // The last one counts, as for Proxmox.
        #expect(try guest.current.firmware() == nil)
        let nothing = GuestConfiguration(parsing: Array("boot:\n".utf8), vmid: 100)
        #expect(nothing.warnings.map(\.cause) == [.unintelligible("boot:")])
    }

    @Test(
        arguments: [
            ("", .normal), ("amd-sev: std", .sev), ("amd-sev: type=es,no-debug=1", .sevES),
            ("amd-sev: snp,allow-smt=0", .sevSNP), ("amd-sev: allow-smt=0,type=snp", .sevSNP),
            ("intel-tdx: type=tdx,attestation=1", .tdx), ("amd-sev: es\nintel-tdx: tdx", .sevES),
        ] as [(String, GuestKind)]
    )
    func `the guest's kind is what its command line will say`(text: String, kind: GuestKind) {
        #expect(parse(text).current.guestKind == kind)
    }

    @Test(arguments: [
        ("-efi-firmware", "its value is missing"),
        ("-efi-firmware local:efi-firmware/a.fd -efi-firmware local:efi-firmware/b.fd", "twice"),
        ("-efi-firmware local:efi-firmware/../a.fd", "'..'"),
        ("-efi-firmware 'local:efi-firmware/a.fd", "never closed"),
    ])
    func `args that ask for firmware wrongly are told`(args: String, part: String) throws {
        let error = try #require(throws: GuestConfigurationError.self) {
            try parse("args: \(args)").current.firmware()
        }
        #expect(error.message.hasPrefix("args: ") && error.message.contains(part))
    }

    @Test(arguments: ["1", "on", "yes", "true"])
    func `a template is one in every spelling`(value: String) {
        #expect(parse("template: \(value)").current.isTemplate)
        #expect(!parse("template: 0").current.isTemplate)
    }

    @Test(arguments: [
        [UInt8](), [0], [0xFF, 0x3A, 0x20, 0xFF], Array("[".utf8), Array("[]".utf8),
        Array(":".utf8), Array("a:\n\n:b\n[[\n]]\n#\n".utf8),
        Array(repeating: 0x5B, count: 100_000),
        Array("args: \u{0}".utf8), Array("snapstate: prepare".utf8),
    ])
    func `no file makes the parser stumble`(bytes: [UInt8]) {
        let guest = GuestConfiguration(parsing: bytes, vmid: 100)
        #expect(guest.snapshots.isEmpty)
        #expect(guest.pending == nil)
    }
}

struct GuestPolicyTests {
    private func groups(
        _ configuration: String,
        isIncoming: Bool = false,
    ) throws -> Set<String> {
        let guest = GuestConfiguration(parsing: Array(configuration.utf8), vmid: 100)
        let words = try guest.policyArguments(isIncoming: isIncoming)
        let ruleset = try Ruleset.derived(from: QEMUCommandLine(words), spawn: .auto)
        return Set(ruleset.groups.map(\.group.name)).subtracting(Ruleset.base.map(\.name))
    }

    @Test(
        arguments: [
            ("", []), ("net0: virtio\nscsi0: local:1\n", []), ("numa: 0\n", []),
            ("numa: 1\n", ["numa"]), ("vga: virtio-gl,memory=64\n", ["desktop", "scheduling"]),
            ("args: -overcommit mem-lock=on\n", ["memory-lock"]),
            ("args: -overcommit mem-lock=on\ntemplate: 1\n", []),
            ("numa: 1\nnuma0: cpus=0-1,hostnodes=0,memory=1024,policy=bind\n", ["numa"]),
        ] as [(String, Set<String>)]
    )
    func `a VM's configuration leads to the groups of its command line`(
        configuration: String,
        expected: Set<String>,
    ) throws {
        let always: Set = ["spawn", "daemonize", "io-uring", "shared-sockets"]
        #expect(try groups(configuration) == always.union(expected))
        let arriving = try groups(configuration, isIncoming: true)
        #expect(arriving == always.union(expected).union(["postcopy"]))
    }

    @Test func `args that cannot be split are an error`() {
        let guest = GuestConfiguration(parsing: Array("args: 'open\n".utf8), vmid: 100)
        #expect(throws: PerlShellWordsError.self) { try guest.policyArguments() }
    }
}

struct CPUListTests {
    @Test(
        arguments: [
            ("0", [0]), ("0,2-3", [0, 2, 3]), ("3,1,2,1-2", [1, 2, 3]), ("0-8:4", [0, 4, 8]),
            ("0-7:3", [0, 3, 6]), ("5-5", [5]), ("8191", [8191]), ("007", [7]),
        ] as [(ByteString, [Int])]
    )
    func `a list has numbers, ranges and steps, as taskset reads them`(
        text: ByteString,
        numbers: [Int]
    ) throws {
        #expect(try CPUList(parsing: text).numbers == numbers)
    }

    @Test(
        arguments: [
            "", ",", "0,", ",0", "a", "-1", "1-", "-", "2-1", "0-1-2", "0:1", "0-1:0", "0-1:",
            "0-1:2:3", ":", "8192", "99999999999999999999", " 0", "0 ", "0x1", "0,\n1",
            ByteString([0xFF]),
        ] as [ByteString]
    )
    func `what is no list is refused in words`(text: ByteString) {
        let error = #expect(throws: CPUListError.self) { try CPUList(parsing: text) }
        #expect(error?.message.hasPrefix("list of CPUs '") == true)
        #expect(error?.exitStatus == .configuration)
    }

    @Test func `the CPUs of a VM are those that taskset is told`() throws {
        let words: [ByteString] = ["/usr/bin/taskset", "--cpu-list", "--all-tasks", "0,2-3"]
        let command = try #require(ProxmoxCommand(words + ["/usr/bin/kvm", "-id", "100"]))
        #expect(try command.affinity()?.numbers == [0, 2, 3])
        #expect(try ProxmoxCommand(["/usr/bin/kvm"])?.affinity() == nil)
    }
}
