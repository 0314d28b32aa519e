import Planning
import SystemPackage
import TestSupport
import Testing

struct FirmwareChoiceTests {
    private static let uuid = "7b10d7af-b932-4c66-b2c3-3996152ec465"
    private static let section = """
        vm: 100
        	firmware demo:efi-firmware/ovmf.fd
        	uuid 7B10D7AF-B932-4C66-B2C3-3996152EC465

        """
    private static let drive: [ByteString] = ["-drive", "if=pflash,unit=0,file=/x"]

    private func choice(_ words: [ByteString], _ text: String = section) throws -> FirmwareChoice? {
        let configuration = PlannedLaunch.configuration + "\n" + text
        return try PlannedLaunch(words + Self.drive, configuration: configuration).choice
    }

    @Test(
        arguments: [
            ["-id", "100", "-smbios", "type=1,uuid=7b10d7af-b932-4c66-b2c3-3996152ec465"],
            ["-id", "100", "-uuid", "7b10d7af-b932-4c66-b2c3-3996152ec465"],
            [
                "-id", "100", "-uuid", "00000000-0000-0000-0000-000000000000", "-smbios",
                "type=0x1,uuid=7b10d7af-b932-4c66-b2c3-3996152ec465",
            ],
        ] as [[ByteString]]
    )
    func `a section gives the VM of its ID and UUID its firmware`(words: [ByteString]) throws {
        let choice = try #require(try choice(words))
        #expect(choice.name == PlannedLaunch.volume)
        #expect(choice.origin == "launcher.conf line 8")
    }

    @Test(
        arguments: [
            ["-id", "100"], ["-id", "100", "-uuid", "00000000-0000-0000-0000-000000000000"],
            [
                "-id", "100", "-uuid", "7b10d7af-b932-4c66-b2c3-3996152ec465", "-smbios",
                "type=1,uuid=00000000-0000-0000-0000-000000000000",
            ],
        ] as [[ByteString]]
    )
    func `another VM of the same ID is refused`(words: [ByteString]) {
        let text = PlannedLaunch.configuration + "\n" + Self.section
        let refusal = PlannedLaunch.refusal(words + Self.drive, configuration: text)
        #expect(refusal?.exitStatus == .configuration)
        #expect(refusal?.message.lowercased().contains(Self.uuid) == true)
    }

    @Test func `other VMs are left alone`() throws {
        #expect(try choice(["-id", "101"]) == nil)
        #expect(try choice([]) == nil)
    }

    private static let byDefault =
        "launcher: defaults\n\tdefault-firmware demo:efi-firmware/ovmf.fd\n\n"
        + PlannedLaunch.configuration

    /// What the VM gets that names no image itself, from its own words.
    private func defaultChoice(_ words: [ByteString], _ more: String = "") throws -> FirmwareChoice?
    {
        try PlannedLaunch(words, configuration: Self.byDefault + more).choice
    }

    @Test(
        arguments: [
            ["-id", "100", "-drive", "if=pflash,unit=0,file=/x"],
            ["-name", "web", "-pflash", "/x"], ["-bios", "/usr/share/ovmf/OVMF.fd"],
            ["-bios", "OVMF.fd"], ["-bios", "/tmp/bios.bin"],
            [
                "-machine", "q35,pflash0=code", "-blockdev",
                "driver=file,node-name=code,read-only=on,filename=/x",
            ],
        ] as [[ByteString]]
    )
    func `the default is for every VM in UEFI mode`(words: [ByteString]) throws {
        let choice = try #require(try defaultChoice(words))
        #expect(choice.name == PlannedLaunch.volume)
        #expect(choice.origin == "launcher.conf line 2")
    }

    @Test(
        arguments: [
            [], ["-id", "100"], ["-machine", "none"], ["-version"], ["-device", "help"],
            ["-bios", "bios-256k.bin"], ["-bios", "/usr/share/seabios/bios.bin"],
            ["-machine", "microvm", "-bios", "/usr/share/qemu/bios-microvm.bin"],
            // A variable store alone is not code.
            ["-drive", "if=pflash,unit=1,file=/x"],
            ["-S", "-no-user-config", "-nodefaults", "-machine", "none,accel=kvm:tcg"],
        ] as [[ByteString]]
    )
    func `the default leaves questions and a PC BIOS alone`(words: [ByteString]) throws {
        #expect(try defaultChoice(words) == nil)
        #expect(try PlannedLaunch(words, configuration: Self.byDefault).plan.firmware == nil)
    }

    @Test func `whoever names an image gets that one, and the default does not count`() throws {
        let other = "\nfirmware: demo:efi-firmware/b.fd\n\tsha256 \(PlannedLaunch.digest)\n"
        let section = other + "\nvm: 100\n\tfirmware demo:efi-firmware/b.fd\n"
        let volume = "demo:efi-firmware/b.fd"
        let named = try defaultChoice(["-id", "100"] + Self.drive, section)
        #expect(named?.name == volume)
        let asked: [ByteString] = ["-efi-firmware", ByteString(volume)]
        #expect(try defaultChoice(Self.drive + asked, other)?.name == volume)
        let refusal = PlannedLaunch.refusal(
            ["-id", "100", "-efi-firmware", ByteString(PlannedLaunch.volume)] + Self.drive,
            configuration: Self.byDefault + section
        )
        #expect(refusal?.exitStatus == .configuration)
    }

    @Test func `a VM can be left out of the default, and of nothing else`() throws {
        let section = "\nvm: 100\n\tdefault-firmware no\n"
        #expect(try defaultChoice(["-id", "100"] + Self.drive, section) == nil)
        #expect(try defaultChoice(["-id", "101"] + Self.drive, section) != nil)
        let yes = "\nvm: 100\n\tdefault-firmware yes\n"
        #expect(try defaultChoice(["-id", "100"] + Self.drive, yes) != nil)
        for named in [section + "\tfirmware \(PlannedLaunch.volume)\n", section] {
            let asks = named == section ? ["-efi-firmware", ByteString(PlannedLaunch.volume)] : []
            let choice = try defaultChoice(["-id", "100"] + Self.drive + asks, named)
            #expect(choice?.name == PlannedLaunch.volume)
        }
        let refusal = PlannedLaunch.refusal(
            ["-id", "100"] + Self.drive,
            configuration: Self.byDefault + "\nvm: 100\n\tdefault-firmware none\n"
        )
        #expect(refusal?.message.contains("expected 'yes' or 'no'") == true, "\(refusal as Any)")
    }

    @Test func `what the default cannot be for is refused, and not passed through`() {
        let refused: [([ByteString], ByteString)] = [
            (Self.drive + Self.drive, "/usr/bin/kvm"),
            (Self.drive + ["-s"], "/usr/bin/kvm"),
            (Self.drive, "qemu-system-aarch64"),
            (["-machine", "microvm", "-bios", "/x"], "/usr/bin/kvm"),
            // What QEMU makes of -bios.
            (["-machine", "firmware=OVMF.fd"], "/usr/bin/kvm"),
            (["-object", "igvm-cfg,id=i,file=/x", "-machine", "igvm-cfg=i"], "/usr/bin/kvm"),
            (["-bios", "bios-256k.bin", "-machine", "q35,firmware=/x"], "/usr/bin/kvm"),
        ]
        for (words, name) in refused {
            let refusal = PlannedLaunch.refusal(
                words,
                called: name,
                configuration: Self.byDefault
            )
            #expect(refusal != nil, "\(name) \(words)")
        }
    }

    @Test func `the command line and the section have to agree`() throws {
        let words: [ByteString] = [
            "-id", "100", "-uuid", "7b10d7af-b932-4c66-b2c3-3996152ec465", "-efi-firmware",
        ]
        #expect(try choice(words + ["demo:efi-firmware/ovmf.fd"]) != nil)
        let text = PlannedLaunch.configuration + "\n" + Self.section
        let refusal = PlannedLaunch.refusal(
            words + ["demo:efi-firmware/other.fd"] + Self.drive,
            configuration: text
        )
        #expect(
            refusal?.message == "option -efi-firmware names 'demo:efi-firmware/other.fd', but"
                + " launcher.conf line 8 names 'demo:efi-firmware/ovmf.fd'"
        )
    }

    @Test func `a digest in the option adds to the pin, and may not contradict it`() throws {
        let pinned = ByteString("\(PlannedLaunch.volume),sha256=\(PlannedLaunch.digest)")
        #expect(try choice(["-efi-firmware", pinned])?.pins.count == 2)
        let other = ByteString(
            "\(PlannedLaunch.volume),sha256=\(String(repeating: "b2", count: 32))"
        )
        let refusal = PlannedLaunch.refusal(["-efi-firmware", other] + Self.drive)
        #expect(refusal?.exitStatus == .configuration)
        #expect(refusal?.message.contains("pinned to") == true)
    }

    @Test func `a volume that nobody pinned is chosen without a pin, to be refused by its digest`()
        throws
    {
        #expect(try choice(["-efi-firmware", "demo:efi-firmware/new.fd"])?.pins.isEmpty == true)
    }

    @Test func `a question asks for nothing, and a call that asks for firmware is none`() throws {
        #expect(try choice(["-version"]) == nil)
        #expect(try choice(["-efi-firmware", "demo:efi-firmware/new.fd", "-version"]) != nil)
    }
}

struct StockChoiceTests {
    private static let verify = """
        launcher: defaults
        	stock-firmware verify

        firmware: /usr/share/OVMF/OVMF_CODE_4M.fd
        	sha256 a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1

        """

    @Test(
        arguments: [
            ["-drive", "if=pflash,unit=0,file=/usr/share/OVMF//OVMF_CODE_4M.fd"],
            ["-drive", "if=pflash,format=raw,file=file:/usr/share/OVMF/OVMF_CODE_4M.fd"],
            [
                "-drive",
                "if=pflash,format=raw,file.driver=file,file.filename=/usr/share/OVMF/OVMF_CODE_4M.fd",
            ],
            ["-pflash", "/usr/share/OVMF/OVMF_CODE_4M.fd"],
            ["-bios", "/usr/share/OVMF/OVMF_CODE_4M.fd"],
            [
                "-machine", "pflash0=a", "-blockdev",
                #"{"node-name":"a","driver":"raw","file":{"driver":"file","filename":"/usr/share/OVMF//OVMF_CODE_4M.fd"}}"#,
            ],
        ] as [[ByteString]]
    )
    func `stock firmware is verified where the configuration says so`(words: [ByteString]) throws {
        let launch = try PlannedLaunch(words, configuration: Self.verify)
        let firmware = try #require(launch.plan.firmware)
        #expect(firmware.choice.name == "/usr/share/OVMF/OVMF_CODE_4M.fd")
        #expect(firmware.choice.pins.count == 1)
        #expect(firmware.image.rules == .stock)
        #expect(launch.plan.arguments.joinedText.contains("/proc/self/fd/11"))
        #expect(!launch.plan.arguments.joinedText.contains("OVMF_CODE"))
        #expect(launch.plan.arguments.contains("-bios") == words.contains("-bios"))
    }

    /// Nor may it start unverified.
    @Test(
        arguments: [
            ["-drive", "if=pflash,format=raw,file=nbd://host/code"],
            ["-drive", "if=pflash,format=raw,file.driver=nbd,file.host=h"],
            [
                "-machine", "pflash0=a", "-blockdev",
                "driver=raw,node-name=a,file.driver=nbd,file.server.type=unix",
            ],
        ] as [[ByteString]]
    )
    func `a name that is no path cannot be verified`(words: [ByteString]) {
        let refusal = PlannedLaunch.refusal(words, configuration: Self.verify)
        #expect(refusal?.exitStatus == .usage)
    }

    /// Story: with no firmware in the command line, QEMU's own was not looked at.
    @Test(
        arguments: [
            (["-m", "1"], "bios-256k.bin"), (["-M", "pc-i440fx-1.7"], "bios.bin"),
            (["-M", "q35"], "bios-256k.bin"), (["-bios", "mine.fd"], "mine.fd"),
        ] as [([ByteString], FilePath)]
    )
    func `what QEMU would search for is searched for, and verified`(
        words: [ByteString],
        name: FilePath,
    ) throws {
        #expect(try StockImage.reference(in: QEMUCommandLine(["kvm"] + words)) == .searched(name))
        let plan = try PlannedLaunch(words, configuration: Self.verify).plan
        #expect(plan.firmware?.choice.image == .stock(name))
        #expect(plan.arguments.contains("/proc/self/fd/11"))
    }

    /// libvirt asks QEMU so what it can do.
    @Test func `a machine without firmware has none to verify`() throws {
        let words: [ByteString] = ["-S", "-no-user-config", "-M", "none", "-display", "none"]
        #expect(try PlannedLaunch(words, configuration: Self.verify).plan.firmware == nil)
        // What a file may say later could make it another machine.
        let other = words + ["-readconfig", "/usr/share/qemu-server/pve-q35.cfg"]
        let refusal = PlannedLaunch.refusal(other, configuration: Self.verify)
        #expect(refusal?.message.contains("machine type 'none'") == true)
    }
}

extension [ByteString] {
    fileprivate var joinedText: String { map(\.escaped).joined(separator: " ") }
}
