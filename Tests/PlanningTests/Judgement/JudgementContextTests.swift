import Planning
import TestSupport
import Testing

struct JudgementContextTests {
    private func plan(_ words: [ByteString]) throws -> LaunchPlan.FirmwarePlan {
        let code: [ByteString] = ["-drive", "if=pflash,unit=0,file=/code"]
        let launch = try PlannedLaunch(
            code + words + ["-efi-firmware", ByteString(PlannedLaunch.volume)]
        )
        return try #require(launch.plan.firmware)
    }

    private func context(_ words: [ByteString]) throws -> JudgementContext {
        try plan(words).context
    }

    @Test(
        arguments: [
            (["-drive", "if=pflash,unit=1,format=raw,size=540672,file=/vars"], 540_672),
            (["-drive", "if=pflash,format=raw,file=/vars"], 4096),
            (["-drive", "if=pflash,unit=1,format=raw,size=128K,file=/vars"], 131_072),
            (["-drive", "if=pflash,unit=1,format=raw,size=0x20000,file=/vars"], 131_072),
            // Without the header of a qcow2 image.
            (["-drive", "if=pflash,unit=1,format=qcow2,file=/vars"], nil),
            (["-drive", "if=pflash,unit=1,format=raw,offset=1024,file=/vars"], 3072),
            (["-drive", "if=pflash,unit=1,format=raw,offset=8192,file=/vars"], nil),
            (["-drive", "if=pflash,unit=1,file=/vars"], 4096),
            (["-drive", "if=pflash,unit=1,format=vmdk,file=/vars"], nil),
            (
                [
                    "-blockdev",
                    "driver=raw,node-name=v,size=131072,file.driver=file,file.filename=/vars",
                    "-machine", "pflash1=v",
                ], 131_072
            ),
            (
                [
                    "-blockdev",
                    #"{"driver":"raw","node-name":"v","size":540672,"file":{"driver":"file","filename":"/vars"}}"#,
                    "-machine", "pflash1=v",
                ], 540_672
            ),
            (
                [
                    "-blockdev",
                    #"{"driver":"raw","node-name":"v","file":{"driver":"file","filename":"/vars"}}"#,
                    "-machine", "pflash1=v",
                ], 4096
            ),
        ] as [([ByteString], Int?)]
    )
    func `the variable store's size is what the guest sees`(
        words: [ByteString],
        byteCount: Int?,
    ) throws {
        let store = try #require(try plan(words).variableStore)
        let bytes = [UInt8](repeating: 0, count: 64)
        let file = VariableStoreFile(start: bytes, byteCount: 4096)
        #expect(JudgementContext.VariableStoreFacts(store, file: file).byteCount == byteCount)
    }

    @Test func `without a variable store there is none to judge`() throws {
        #expect(try context([]).store == nil)
    }

    @Test(
        arguments: [
            ([], .automatic), (["-machine", "q35,smm=on"], .on), (["-M", "smm=off"], .off),
            (["-machine", "smm=on", "-machine", "smm=no"], .off),
            (["-machine", "smm=auto"], .automatic),
        ] as [([ByteString], JudgementContext.SystemManagementMode)]
    )
    func `system management mode is read from the machine`(
        words: [ByteString],
        mode: JudgementContext.SystemManagementMode,
    ) throws {
        #expect(try context(words).systemManagementMode == mode)
    }

    @Test(
        arguments: [
            ("pc+pve0", true), ("pc-i440fx-9.2+pve1", true), ("pc", true), ("q35+pve0", false),
            ("pc-q35-9.2+pve1", false), ("q35", false), ("ubuntu", true), ("ubuntu-q35", false),
        ] as [(ByteString, Bool)]
    )
    func `a machine without system management memory is known by its type`(
        type: ByteString,
        lacks: Bool,
    ) throws {
        let context = try context(["-machine", type])
        #expect(context.machineType == type.text)
        #expect(context.lacksSystemManagementMode == lacks)
    }

    /// QEMU's default is the older chip set, unless a file of settings says otherwise.
    @Test func `a machine without a type is a PC`() throws {
        #expect(try context([]).machineType == "pc")
        #expect(try context(["-machine", "smm=on"]).lacksSystemManagementMode)
    }

    @Test(
        arguments: [
            (["-M", "q35"], true), ([], true), (["-M", "pc-q35-9.2+pve1"], true),
            (["-M", "q35", "-global", "ICH9-LPC.disable_s3=1"], false),
            (["-M", "q35", "-global", "driver=ICH9-LPC,property=disable_s3,value=0x1"], false),
            (
                [
                    "-M", "q35", "-global", "ICH9-LPC.disable_s3=1", "-global",
                    "ICH9-LPC.disable_s3=0",
                ], true
            ),
            // Of the other chip set, and another property.
            (["-M", "q35", "-global", "PIIX4_PM.disable_s3=1"], true),
            (["-M", "q35", "-global", "ICH9-LPC.disable_s4=1"], true),
            (["-M", "pc", "-global", "PIIX4_PM.disable_s3=1"], false),
            (["-M", "pc-q35-rhel9.4.0"], nil), (["-M", "virt"], nil),
        ] as [([ByteString], Bool?)]
    )
    func `whether the guest may suspend is read from the command line`(
        words: [ByteString],
        isOn: Bool?,
    ) throws {
        let commandLine = QEMUCommandLine(["kvm"] + words)
        let context = try JudgementContext(
            commandLine,
            guest: .normal,
            attachment: .pflashDrive,
            store: nil,
        )
        #expect(context.hasSuspendToMemory == isOn)
    }

    @Test func `a file of settings may turn suspending off`() throws {
        let text =
            "[global]\n  driver = \"ICH9-LPC\"\n  property = \"disable_s3\"\n  value = \"1\"\n"
        let file = SettingsFile(path: "/q35.cfg", bytes: Array(text.utf8))
        let commandLine = QEMUCommandLine(
            ArgumentVector(["kvm", "-machine", "q35", "-readconfig", "/q35.cfg"]),
            files: SettingsFiles(defaultFile: nil, included: ["/q35.cfg": file]),
        )
        let context = try JudgementContext(
            commandLine,
            guest: .normal,
            attachment: .pflashDrive,
            store: nil,
        )
        #expect(context.hasSuspendToMemory == false)
    }

    @Test(
        arguments: [
            ([], .bits64), (["-cpu", "host"], .bits64), (["-cpu", "qemu64,+aes"], .bits64),
            (["-cpu", "qemu32"], .bits32), (["-cpu", "coreduo-v1,-nx"], .bits32),
            (["-cpu", "qemu64,-lm"], .bits32), (["-cpu", "max,lm=off"], .bits32),
            (["-cpu", "qemu32,lm=on"], .bits64), (["-cpu", "pentium", "-cpu", "max"], .bits64),
        ] as [([ByteString], ProcessorMode)]
    )
    func `how wide the processor is`(words: [ByteString], mode: ProcessorMode) throws {
        let context = try JudgementContext(
            QEMUCommandLine(["kvm"] + words),
            guest: .normal,
            attachment: .pflashDrive,
            store: nil,
        )
        #expect(context.processor == mode)
    }

    @Test(
        arguments: [
            ([], 8 << 20), (["-machine", "max-fw-size=16M"], 16 << 20),
            (["-machine", "max-fw-size=16777216"], 16 << 20),
            (["-machine", "max-fw-size=99999999999999999999"], 8 << 20),
        ] as [([ByteString], Int)]
    )
    func `the limit of flash is the machine's`(words: [ByteString], byteCount: Int) throws {
        #expect(try context(words).maximumFlashByteCount == byteCount)
    }

    @Test(
        arguments: [
            ("sev-guest,id=s,policy=1,kernel-hashes=on", ["-kernel", "/k"], true, true),
            ("sev-guest,id=s,policy=1,kernel-hashes=off", ["-kernel", "/k"], false, true),
            ("sev-guest,id=s,policy=1", [], false, false),
            (#"{"qom-type":"sev-snp-guest","id":"s","kernel-hashes":true}"#, [], true, false),
        ] as [(ByteString, [ByteString], Bool, Bool)]
    )
    func `kernel hashes are asked for by the guest's object`(
        object: ByteString,
        kernel: [ByteString],
        hasHashes: Bool,
        hasKernel: Bool,
    ) throws {
        let words = ["-object", object, "-machine", "q35,confidential-guest-support=s"] + kernel
        let context = try context(words)
        #expect(context.attachment == .bios)
        #expect(context.hasKernelHashes == hasHashes)
        #expect(context.hasKernel == hasKernel)
    }
}

struct ImageUnfitTests {
    private static let words: [ByteString] = ["-drive", "if=pflash,unit=0,file=/x"]
    private static let findings: [Finding] = [
        .refusal(.variableStore), .warning(.combinedInFlash), .warning(.gap),
    ]

    private func choice(accepting codes: String? = nil) throws -> FirmwareChoice {
        let accept = codes.map { "\taccept \($0)\n" } ?? ""
        let launch = try PlannedLaunch(
            Self.words + ["-efi-firmware", ByteString(PlannedLaunch.volume)],
            configuration: PlannedLaunch.configuration + accept,
        )
        return try #require(launch.choice)
    }

    @Test func `a refusal names the image, its code and what to do`() throws {
        let choice = try choice()
        let error = #expect(throws: ImageUnfit.self) { try choice.warnings(about: Self.findings) }
        #expect(
            error?.message == "firmware image 'demo:efi-firmware/ovmf.fd': FW-E04: a variable"
                + " store where firmware code is expected"
        )
        #expect(error?.hint == "give the code image that belongs to it (OVMF_CODE*.fd)")
        #expect(error?.exitStatus == .imageRefused)
    }

    @Test func `what is only doubtful is warned of, unless somebody accepted it`() throws {
        let findings = Array(Self.findings.dropFirst())
        #expect(try choice().warnings(about: findings).count == 2)
        let left = try choice(accepting: "FW-W01").warnings(about: findings)
        #expect(
            left.map(\.message) == [
                "firmware image 'demo:efi-firmware/ovmf.fd': FW-W07: some of its bytes belong to"
                    + " no firmware volume"
            ]
        )
        #expect(try choice(accepting: "FW-W01, FW-W07").warnings(about: findings).isEmpty)
    }

    @Test func `stock firmware is only warned of, as QEMU itself would start it`() throws {
        let launch = try PlannedLaunch(
            Self.words,
            configuration: """
                launcher: defaults
                \tstock-firmware verify

                firmware: /x
                \tsha256 \(PlannedLaunch.digest)
                \taccept FW-W07

                """,
        )
        let choice = try #require(launch.choice)
        // Which may well be no UEFI firmware at all.
        let legacy = Finding.refusal(.noVolume(isLegacyBIOS: true))
        let warnings = try choice.warnings(about: Self.findings + [legacy])
        #expect(
            warnings.map { $0.message.prefix(29) } == [
                "stock firmware '/x': FW-E04: ", "stock firmware '/x': FW-W01: ",
            ]
        )
    }
}
