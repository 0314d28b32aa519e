import Planning
import TestSupport
import Testing

struct GuestKindTests {
    private func kind(_ words: ByteString...) throws -> GuestKind {
        let vector = QEMUCommandLine(["kvm"] + words)
        return try GuestKind(vector, machine: MachineOptions(vector))
    }

    @Test(arguments: [
        ("1", GuestKind.sev), ("0x1", .sev), ("3", .sev), ("4", .sevES), ("5", .sevES),
        ("0x5", .sevES), ("0X05", .sevES), ("05", .sevES), ("+5", .sevES), ("0x10005", .sevES),
        ("0", .sev),
    ])
    func `policy bit 2 tells SEV-ES from SEV, however the number is written`(
        policy: String,
        expected: GuestKind
    ) throws {
        let object = ByteString("sev-guest,id=sev0,cbitpos=51,reduced-phys-bits=1,policy=\(policy)")
        #expect(
            try kind("-object", object, "-machine", "q35,confidential-guest-support=sev0")
                == expected
        )
    }

    @Test(
        arguments: [
            ("sev-guest,id=c", GuestKind.sev),
            ("sev-guest,id=c,policy=1,policy=5", .sevES),
            ("qom-type=sev-guest,id=x,id=c", .sev),
            ("id=c,qom-type=sev-snp-guest,policy=0xb0000", .sevSNP),
            ("tdx-guest,id=c", .tdx),
            (#"{"qom-type":"sev-guest","id":"c","policy":5}"#, .sevES),
            (#"{"qom-type":"sev-guest","id":"c","policy":1}"#, .sev),
            (#"{"qom-type":"sev-guest","id":"c"}"#, .sev),
            (#"{'qom-type':'tdx-guest','id':'c'}"#, .tdx),
            (#"{"qom-type":"sev-snp-guest","id":"c"}"#, .sevSNP),
        ] as [(ByteString, GuestKind)]
    )
    func `the object that the machine names says what protects the guest`(
        object: ByteString,
        expected: GuestKind
    ) throws {
        for key: ByteString in [
            "confidential-guest-support", "memory-encryption", "confidential_guest_support",
            "memory_encryption",
        ] {
            let machine = ByteString(Array("q35,".utf8) + key.bytes + Array("=c".utf8))
            #expect(try kind("-machine", machine, "-object", object) == expected)
        }
    }

    @Test func `an object that no machine names protects nothing`() throws {
        #expect(try kind("-object", "sev-guest,id=c", "-machine", "q35") == .normal)
        #expect(try kind() == .normal)
    }

    @Test func `the last machine option counts`() throws {
        #expect(
            try kind(
                "-M",
                "confidential-guest-support=a",
                "-M",
                "confidential-guest-support=b",
                "-object",
                "sev-guest,id=a",
                "-object",
                "tdx-guest,id=b"
            ) == .tdx
        )
    }

    @Test func `both properties may name the same object, not two`() throws {
        #expect(
            try kind(
                "-M",
                "confidential-guest-support=a,memory-encryption=a",
                "-object",
                "tdx-guest,id=a"
            ) == .tdx
        )
        #expect(throws: GuestKindError.ambiguous(first: "a", second: "b")) {
            try kind("-M", "confidential-guest-support=a,memory-encryption=b")
        }
    }

    @Test(arguments: [
        "", "/objects/c", "d",
    ])
    func `a name without object is refused`(name: String) {
        #expect(throws: GuestKindError.self) {
            try kind(
                "-M",
                ByteString("confidential-guest-support=\(name)"),
                "-object",
                "sev-guest,id=c"
            )
        }
    }

    @Test(arguments: [
        "iothread,id=c", "id=c", "s390-pv-guest,id=c", "sev-guest,id=c,policy=five",
        "sev-guest,id=c,policy=", "sev-guest,id=c,policy=-1", #"{"qom-type":"sev-guest","id":"c""#,
        #"{"qom-type":"sev-guest","id":"c","policy":5.5}"#, #"{"id":"c"}"#,
    ])
    func `an object that cannot be understood is refused`(object: String) {
        #expect(throws: GuestKindError.self) {
            try kind("-M", "confidential-guest-support=c", "-object", ByteString(object))
        }
    }
}

struct MachineOptionsTests {
    @Test func `all machine options merge, and the last value of a key wins`() {
        let words = "-M q35,pflash0=a -machine pflash0=b,type=pc --machine usb=off"
        let machine = MachineOptions(QEMUCommandLine(commandLine(words: words)))
        #expect(machine["type"] == "pc")
        #expect(machine["pflash0"] == "b")
        #expect(machine["usb"] == "off")
        #expect(machine["firmware"] == nil)
    }

    @Test func `the type is implied in the first item of each`() {
        #expect(
            MachineOptions(QEMUCommandLine(commandLine(words: "-machine pc -M q35")))["type"]
                == "q35"
        )
    }

    /// Story: `confidential_guest_support=` made a confidential guest that looked like a normal
    /// one.
    @Test(arguments: ["confidential_guest_support", "confidential-guest_support"])
    func `an underscore in a key is a dash`(key: String) {
        let machine = MachineOptions(
            QEMUCommandLine(commandLine("-machine", ByteString("\(key)=sev0")))
        )
        #expect(machine["confidential-guest-support"] == "sev0")
    }

    @Test func `an option without value, or with an empty one, sets nothing`() {
        #expect(MachineOptions(QEMUCommandLine(commandLine(words: "-machine"))).settings.isEmpty)
        #expect(MachineOptions(QEMUCommandLine(commandLine("-machine", ""))).settings.isEmpty)
    }

    @Test func `a comma in a value is doubled`() {
        #expect(
            MachineOptions(QEMUCommandLine(commandLine("-M", "firmware=/a,,b")))["firmware"]
                == "/a,b"
        )
    }
}

struct ProcessorTopologyTests {
    private func count(_ words: [ByteString]) -> Int? {
        ProcessorTopology.processorCount(in: QEMUCommandLine(["qemu"] + words))
    }

    @Test(
        arguments: [
            ([], 1), (["-smp", "4"], 4), (["-smp", "4,sockets=1,cores=4,maxcpus=8"], 4),
            (["-smp", "cpus=3"], 3), (["-smp", "sockets=2,cores=4"], 8),
            (["-smp", "maxcpus=6"], 6),
            (["-smp", "4", "-smp", "cores=2"], 4), (["-smp", "4", "-smp", "2"], 2),
            (["-machine", "q35,smp.cpus=5"], 5), (["-smp", "2", "-M", "smp.cpus=5"], 5),
            (["-smp", "0x10"], 16),
        ] as [([ByteString], Int)]
    )
    func `the CPUs at the start are counted as QEMU counts them`(words: [ByteString], number: Int) {
        #expect(count(words) == number)
    }

    @Test(
        arguments: [
            "", "0", "-1", "x", "4,cores=x", "sockets=0", "99999999999999999999",
            "sockets=9223372036854775807,cores=9223372036854775807",
        ] as [ByteString]
    )
    func `what QEMU refuses is not counted`(value: ByteString) {
        #expect(count(["-smp", value]) == nil || value.isEmpty)
    }
}
