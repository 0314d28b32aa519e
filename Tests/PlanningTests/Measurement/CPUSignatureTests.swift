import Planning
import Testing

struct CPUSignatureTests {
    @Test(
        arguments: [
            ("EPYC", 0x80_0F12), ("EPYC-v4", 0x80_0F12), ("EPYC-IBPB", 0x80_0F12),
            ("EPYC-Rome-v2", 0x83_0F10), ("EPYC-Milan", 0xA0_0F11), ("EPYC-Genoa-v1", 0xA1_0F10),
            ("EPYC-Turin", 0xB0_0F00), ("qemu64", 0x6_0FB1), ("kvm64", 0xF61),
            ("Haswell", 0x3_06C4), ("Haswell-v2", 0x3_06C1), ("Haswell-noTSX-IBRS", 0x3_06C1),
            ("Icelake-Server-v3", 0x8_0660), ("Icelake-Server-v4", 0x6_06A0),
        ] as [(String, UInt32)]
    )
    func `a model of QEMU has its signature`(name: String, signature: UInt32) {
        #expect(CPUSignature(modelName: name)?.rawValue == signature)
    }

    @Test(arguments: [
        "", "host", "max", "EPYC-v0", "EPYC-v6", "EPYC-v", "EPYC-", "EPYC-v04", "EPYC-v4 ",
        "epyc", "EPYC-Milan-v1-v1", "EPYC-IBPB-v1", "x86-64-v2-AES", "EPYC-v99999999999999999999",
    ])
    func `a name that is not a model has none`(name: String) {
        #expect(CPUSignature(modelName: name) == nil)
    }

    @Test func `every model of the list has the signature that its name has`() {
        #expect(CPUSignature.models.count > 60)
        for model in CPUSignature.models {
            for version in model.versions ?? 1...1 {
                let suffix = model.versions == nil ? "" : "-v\(version)"
                #expect(CPUSignature(modelName: model.name + suffix) == model.signature)
            }
        }
        let icelake = CPUSignature.models.filter { $0.name == "Icelake-Server" }
        #expect(icelake.map(\.versions) == [1...3, 4...7])
    }

    @Test(arguments: [
        ("epyc-milan", "'EPYC-Milan'"), ("EPYC-Milam,+aes", "'EPYC-Milan'"),
        ("EPYC-Genoa-v3", "'EPYC-Genoa"), ("Skylake-server", "'Skylake-Server'"),
        ("my-own-model", "--list-cpus"), ("", "--list-cpus"), ("host,family=1", "--list-cpus"),
    ])
    func `an unknown model gets the one that was probably meant`(value: String, hint: String) {
        let gap = #expect(throws: MeasurementGap.self) {
            try MeasuredCommandLine.model(ByteString(value))
        }
        #expect(gap?.hint?.contains(hint) == true, "\(gap?.hint ?? "")")
    }

    @Test(
        arguments: [
            (25, 1, 1, 0xA0_0F11), (25, 17, 0, 0xA1_0F10), (26, 0, 0, 0xB0_0F00),
            (6, 15, 11, 0x6FB),
            (15, 107, 1, 0x6_0FB1), (15, 6, 1, 0xF61), (23, 49, 0, 0x83_0F10),
            (270, 255, 15, 0xFFF_0FFF | 0xF0_0000 | 0xF00_0000),
        ] as [(Int, Int, Int, UInt32)]
    )
    func `family, model and stepping are encoded as CPUID does`(
        family: Int,
        model: Int,
        stepping: Int,
        signature: UInt32,
    ) throws {
        let found = try #require(CPUSignature(family: family, model: model, stepping: stepping))
        #expect(found.rawValue == signature)
        #expect(found.family == family && found.model == model && found.stepping == stepping)
    }

    @Test(arguments: [(-1, 0, 0), (271, 0, 0), (6, -1, 0), (6, 256, 0), (6, 0, 16), (6, 0, -1)])
    func `numbers that CPUID has no room for are refused`(family: Int, model: Int, stepping: Int) {
        #expect(CPUSignature(family: family, model: model, stepping: stepping) == nil)
    }

    @Test(
        arguments: [
            ("EPYC-v4", 0x80_0F12), ("EPYC-Milan,+sse4.2,host-phys-bits=on", 0xA0_0F11),
            ("EPYC-Milan,stepping=2", 0xA0_0F12),
            ("qemu64,family=25,model=17,stepping=1", 0xA1_0F11),
            // As QEMU reads numbers: octal and hexadecimal too.
            ("EPYC,family=031", 0x80_0F12 + 0x20_0000), ("EPYC,stepping=0x3", 0x80_0F13),
            ("EPYC,", 0x80_0F12), ("host,migratable=off", nil), ("EPYC,stepping=16", nil),
            ("EPYC,stepping=x", nil), ("EPYC,model=-1", nil), ("", nil), (",", nil),
            ("EPYC,family=9223372036854775807", nil),
        ] as [(String, UInt32?)]
    )
    func `a -cpu argument comes to a signature`(argument: String, signature: UInt32?) {
        #expect(CPUSignature(cpuArgument: argument)?.rawValue == signature)
    }

    /// QEMU, hw/i386/pc.c, `pc_compat_6_0`.
    @Test(
        arguments: [
            ("pc-q35-6.0", "qemu64", 0x663), ("pc-i440fx-5.2+pve0", "qemu64,+aes", 0x663),
            ("pc-q35-6.1", "qemu64", 0x6_0FB1), ("pc-q35-10.0+pve1", "qemu64", 0x6_0FB1),
            ("q35", "qemu64", 0x6_0FB1), ("pc-q35-6.0", "qemu64-v1", 0x6_0FB1),
            ("pc-q35-6.0", "EPYC", 0x80_0F12), ("pc-q35-4.0.1", "qemu64", 0x663),
        ] as [(ByteString, String, UInt32)]
    )
    func `qemu64 was another processor in old machines`(
        machine: ByteString,
        argument: String,
        signature: UInt32,
    ) {
        let found = CPUSignature(cpuArgument: argument, machine: MachineType(machine))
        #expect(found?.rawValue == signature)
    }
}
