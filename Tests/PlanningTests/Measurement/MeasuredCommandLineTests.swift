import Planning
import TestSupport
import Testing

struct MeasuredCommandLineTests {
    private static let snp: [ByteString] = [
        "qemu", "-machine", "q35,confidential-guest-support=s", "-object",
        "sev-snp-guest,id=s,kernel-hashes=on",
    ]

    private func read(
        _ words: [ByteString],
        guest: GuestKind = .sevSNP,
    ) throws -> MeasuredCommandLine {
        try MeasuredCommandLine(QEMUCommandLine(Self.snp + words), guest: guest)
    }

    @Test(
        arguments: [
            ([], .known(CPUSignature(rawValue: 0x6_0FB1))),
            (["-machine", "pc-q35-5.2"], .known(CPUSignature(rawValue: 0x663))),
            (["-cpu", "EPYC-Milan,+aes"], .known(CPUSignature(rawValue: 0xA0_0F11))),
            (["-cpu", "host", "-cpu", "EPYC-v4"], .known(CPUSignature(rawValue: 0x80_0F12))),
            (["-cpu", "host,kvm=off"], .host), (["-cpu", "max"], .host),
        ] as [([ByteString], MeasuredCommandLine.Model)]
    )
    func `the CPU's signature is that of its model`(
        words: [ByteString],
        model: MeasuredCommandLine.Model,
    ) throws {
        #expect(try read(words).model == model)
    }

    @Test(
        arguments: [
            (["-cpu", "unheard-of"], "CPU model 'unheard-of'"),
            (["-cpu", "host,model=3"], "CPU model"),
            (["-smp", "x"], "option -smp"), (["-readconfig", "/f"], "'-readconfig /f'"),
            (["-device", "EPYC-x86_64-cpu,socket-id=1"], "changes the CPUs"),
            (["-global", "EPYC-x86_64-cpu.family=3"], "changes the CPUs"),
            (["-global", "cpu.stepping=7"], "changes the CPUs"),
            (["-global", "driver=cpu,property=model,value=3"], "changes the CPUs"),
            (["-kernel", "/k", "-shim", "/s"], "'-shim /s': what is measured"),
            (["-kernel", "/k", "-dtb", "/d"], "'-dtb /d': what is measured"),
            (["-kernel", "/k", "-machine", "dtb=/d"], "dtb=/d': what is measured"),
        ] as [([ByteString], String)]
    )
    func `what cannot be known is said, never guessed`(words: [ByteString], part: String) {
        let gap = #expect(throws: MeasurementGap.self) { try read(words) }
        #expect(gap?.message.contains(part) == true)
    }

    /// qemu-server includes one for every q35 machine.
    @Test func `what a file of settings says decides, not that there is one`() throws {
        func line(_ text: String, _ words: [ByteString] = []) throws -> MeasuredCommandLine {
            let file = SettingsFile(path: "/f", bytes: Array(text.utf8))
            let vector = ArgumentVector(Self.snp + ["-readconfig", "/f"] + words)
            let files = SettingsFiles(defaultFile: nil, included: ["/f": file])
            return try MeasuredCommandLine(
                QEMUCommandLine(vector, files: files),
                guest: .sevSNP
            )
        }
        let usb = "[device \"ehci\"]\n  driver = \"ich9-usb-ehci1\"\n"
        #expect(try line(usb).processorCount == 1)
        #expect(try line(usb, ["-smp", "4"]).processorCount == 4)
        #expect(try line("[smp-opts]\n  cpus = \"8\"\n").processorCount == 8)
        for text in [
            "[device]\n  driver = \"EPYC-x86_64-cpu\"\n",
            "[global]\n  driver = \"cpu\"\n  property = \"family\"\n  value = \"3\"\n",
        ] {
            let gap = #expect(throws: MeasurementGap.self) { try line(text) }
            #expect(gap?.message.contains("/f line") == true, "\(text)")
        }
    }

    @Test func `kernel, initrd and command line are those that QEMU takes`() throws {
        let kernel = try read([
            "-kernel", "/a", "-machine", "kernel=/b,append=x y", "-initrd", "/i", "-append", "z",
        ]).kernel
        #expect(kernel?.kernel == "/b")
        #expect(kernel?.initrd == "/i")
        #expect(kernel?.commandLine == "z")
        #expect(try read([]).kernel == nil)
    }

    @Test(
        arguments: [
            ("", nil), (",legacy-vm-type=auto", nil), (",legacy-vm-type=on", .legacy),
            (",legacy-vm-type=off", .init2),
        ] as [(String, ExpectedDigest.Variant?)]
    )
    func `the object decides the variant of SEV-ES, or leaves it to QEMU`(
        property: String,
        variant: ExpectedDigest.Variant?,
    ) throws {
        let words: [ByteString] = [
            "qemu", "-machine", "q35,confidential-guest-support=s", "-object",
            ByteString("sev-guest,id=s,policy=5\(property)"),
        ]
        let line = try MeasuredCommandLine(QEMUCommandLine(words), guest: .sevES)
        #expect(line.variant == variant)
    }

    @Test func `a normal guest is not measured`() {
        #expect(throws: MeasurementGap.notConfidential) { try read([], guest: .normal) }
    }

    @Test(
        arguments: [
            (
                "vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\nstepping\t: 1\n\nx",
                0xA0_0F11
            ),
            ("vendor_id: HygonGenuine\ncpu family: 24\nmodel: 0\nstepping: 1", 0x90_0F01),
        ] as [(String, UInt32)]
    )
    func `the host's processor is read from cpuinfo`(text: String, signature: UInt32) throws {
        let processor = try #require(HostProcessor(cpuinfo: Array(text.utf8)))
        #expect(processor.signature.rawValue == signature)
        #expect(processor.canHaveSEV)
    }

    @Test(arguments: [
        "", ":::", "\n", "vendor_id: x\ncpu family: -1\nmodel: 1\nstepping: 1",
        "vendor_id: x\ncpu family: 99999\nmodel: 1\nstepping: 1", "cpu family\nmodel",
    ])
    func `cpuinfo that cannot be is no processor`(text: String) {
        #expect(HostProcessor(cpuinfo: Array(text.utf8)) == nil)
    }
}

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
