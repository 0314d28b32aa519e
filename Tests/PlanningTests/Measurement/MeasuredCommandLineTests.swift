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

    @Test(
        arguments: [
            (nil, 0x30000), ("policy=0xb0000", 0xB0000), ("policy=196608", 0x30000),
        ] as [(String?, UInt64)]
    )
    func `the policy is the one of the guest's object`(
        property: String?,
        policy: UInt64,
    ) throws {
        let object = ByteString("sev-snp-guest,id=s" + (property.map { "," + $0 } ?? ""))
        let words = Self.snp.dropLast() + [object]
        #expect(try MeasuredCommandLine.policy(of: QEMUCommandLine(Array(words))) == policy)
    }

    @Test(arguments: ["sev-guest,id=s", "sev-snp-guest,id=s,policy=x", "tdx-guest,id=s"])
    func `another guest, or what is no number, has no policy for an ID block`(object: ByteString) {
        let words = Self.snp.dropLast() + [object]
        #expect(throws: MeasurementGap.self) {
            try MeasuredCommandLine.policy(of: QEMUCommandLine(Array(words)))
        }
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
