import Planning
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
        #expect(throws: AttachmentError.confidentialGuestAmbiguous(first: "a", second: "b")) {
            try kind("-M", "confidential-guest-support=a,memory-encryption=b")
        }
    }

    @Test(arguments: [
        "", "/objects/c", "d",
    ])
    func `a name without object is refused`(name: String) {
        #expect(throws: AttachmentError.self) {
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
        #expect(throws: AttachmentError.self) {
            try kind("-M", "confidential-guest-support=c", "-object", ByteString(object))
        }
    }
}
