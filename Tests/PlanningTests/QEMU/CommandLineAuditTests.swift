import Planning
import TestSupport
import Testing

/// Every way an argument or a file of settings can change the code that runs, with the custom
/// firmware of the VM attached as flash or as `-bios`.
struct CommandLineAuditTests {
    private static let flash =
        "-id 100 -drive if=pflash,unit=0,id=code,file=/a -drive if=none,id=n"
    private static let bios = "-M q35,confidential-guest-support=c -object tdx-guest,id=c -bios /a"

    private func refusal(
        _ words: String,
        context: CommandLineAudit.Context = .withImage,
        files: SettingsFiles = .none,
    ) -> (any Failure)? {
        do {
            _ = try CustomFirmwareLaunch(commandLine(words: words), context: context, files: files)
            return nil
        } catch {
            return error as? any Failure
        }
    }

    private func audited(
        _ words: String,
        context: CommandLineAudit.Context = .withImage,
        files: SettingsFiles = .none,
    ) -> AuditRefusal? {
        refusal(words, context: context, files: files) as? AuditRefusal
    }

    private func attached(_ words: String) -> AttachmentError? {
        refusal(words) as? AttachmentError
    }

    @Test(arguments: [flash, bios])
    func `without another way in, the launch is allowed`(words: String) {
        #expect(refusal(words) == nil)
    }

    @Test(arguments: [
        "-machine firmware=/b", "-M firmware=/b", "--machine q35,usb=off,firmware=/b",
        "-machine firmware=",
    ])
    func `the machine's firmware property is refused`(words: String) {
        for base in [Self.flash, Self.bios] {
            #expect(audited(base + " " + words) == .firmwareBeside(option: "'\(words)'"))
        }
    }

    @Test(arguments: ["-machine igvm-cfg=i", "-M igvm_cfg=i"])
    func `an IGVM file is refused`(words: String) {
        #expect(audited(Self.flash + " " + words) == .igvm(option: "'\(words)'"))
        let object = "-object igvm-cfg,id=i,file=/b"
        #expect(audited(Self.flash + " " + object) == .igvm(option: "'\(object)'"))
    }

    @Test(arguments: [
        "-drive if=pflash,unit=0,file=/b", "-drive if=pflash,index=0x0,file=/b",
        "-drive if=none,unit=1,if=pflash,unit=0,file=/b", "-M pflash0=n", "-machine pflash0=",
    ])
    func `a second code image is refused`(words: String) {
        guard case .secondCodeImage = attached(Self.flash + " " + words) else {
            Issue.record("\(words): \(String(describing: refusal(Self.flash + " " + words)))")
            return
        }
    }

    @Test func `another code node is refused, the same one again is not`() {
        let node = "-blockdev raw,node-name=p,file.driver=file,file.filename=/a -M pflash0=p"
        #expect(refusal(node + " -M pflash0=p") == nil)
        #expect(
            attached(node + " -M pflash0=q")
                == .secondCodeImage(option: "'-M pflash0=q'", first: "'-M pflash0=p'")
        )
    }

    // MARK: - Late changes

    @Test(arguments: ["drive.code.file=/b", "drive.code.format=qcow2", "drive.n.if=pflash"])
    func `a late change to the flash drive is refused`(value: String) {
        guard case .flashChanged = attached(Self.flash + " -set " + value) else {
            Issue.record("\(String(describing: refusal(Self.flash + " -set " + value)))")
            return
        }
    }

    @Test(arguments: [
        "drive.other.file=/b", "drive.n", "global.g.value=x", "machine.m.firmware=/b",
    ])
    func `a late change that changes nothing we know of is refused`(value: String) {
        guard case .unreadable(let option, _) = audited(Self.flash + " -set " + value) else {
            Issue.record("not refused")
            return
        }
        #expect(option == "'-set \(value)'")
    }

    @Test func `a late change to the drive that the machine names as flash is refused`() {
        #expect(refusal("-drive if=none,id=c,file=/a -M pflash0=c -set drive.c.file=/b") != nil)
        #expect(refusal(Self.flash + " -set drive.n.file=/b") == nil)
    }

    /// Story: the audit looked at `-device`, and QEMU at what `-set` had made of it.
    @Test func `a device is what a late change makes of it`() {
        let words = Self.flash + " -device e1000,id=d -set device.d.driver=isa-vga"
        guard case .harmful(_, let item, _) = audited(words) else {
            Issue.record("not refused")
            return
        }
        #expect(item == AuditedItem(.device, "isa-vga"))
    }

    // MARK: - Devices, objects, properties

    /// Story: on q35 its video memory covers the flash, and a loader's code ran in its place.
    @Test(arguments: [
        "-device isa-vga,vgamem_mb=512", "-device driver=isa-vga", "-device e1000,driver=isa-vga",
        #"-device {"driver":"isa-vga","vgamem_mb":512}"#, "-device no-such-device",
        #"-device {"driver":"isa\u002dvga"}"#, "-device {'driver':'isa-vga'}",
    ])
    func `a device that is not known to be harmless is refused`(words: String) {
        for base in [Self.flash, Self.bios] {
            switch audited(base + " " + words) {
            case .unknown(let option, let item), .harmful(let option, let item, _):
                #expect(option == "'\(words.replacing("\\", with: "\\\\"))'")
                #expect(item.kind == .device)
            case let other: Issue.record("\(words): \(String(describing: other))")
            }
        }
    }

    @Test(arguments: [
        "e1000", "virtio-blk-pci", "usb-tablet", "scsi-hd", "ide-hd", "isa-serial", "pvpanic",
        "vmgenid", "pc-dimm", "vfio-pci", "host-x86_64-cpu", "tpm-tis", "isa-debug-exit",
    ])
    func `a device that is known to be harmless passes`(driver: String) {
        #expect(refusal(Self.flash + " -device \(driver),id=d") == nil)
        #expect(refusal(Self.bios + #" -device {"driver":"\#(driver)"}"#) == nil)
    }

    @Test(arguments: ["isa-vga.vgamem_mb=512", "isa-device.x=1", "driver=mch,property=x,value=1"])
    func `a property of a device that is not known is refused`(value: String) {
        switch audited(Self.flash + " -global " + value) {
        case .unknown(let option, _), .harmful(let option, _, _):
            #expect(option == "'-global \(value)'")
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    @Test(arguments: [
        "ICH9-LPC.disable_s3=1", "PIIX4_PM.disable_s3=1", "mch.extended-tseg-mbytes=16",
        "kvm-pit.lost_tick_policy=discard", "q35-pcihost.pci-hole64-size=1024K",
        "driver=cfi.pflash01,property=secure,value=on", "e1000.mac=52:54:00:12:34:56",
    ])
    func `properties that libvirt and Proxmox set pass`(value: String) {
        #expect(refusal(Self.flash + " -global " + value) == nil)
    }

    @Test func `what an administrator answers for passes`() {
        var context = CommandLineAudit.Context()
        context.permitted = [AuditedItem(.device, "isa-vga")]
        #expect(refusal(Self.flash + " -device isa-vga", context: context) == nil)
        #expect(refusal(Self.flash + " -device pc-testdev", context: context) != nil)
    }

    /// Story: the processor of three QEMUs started in the file of a memory backend, and a dump of
    /// the machine's memory still showed the pinned image.
    @Test(arguments: [
        "-cpu qemu64,memory=/objects/m/m[0]", "-cpu host,+memory", "-cpu qemu64,memory=m[0]",
        "-global qemu64-x86_64-cpu.memory=m", "-global cpu.memory=m", "-global x86_64-cpu.memory=m",
        "-device qemu64-x86_64-cpu,memory=m",
        #"-device {"driver":"qemu64-x86_64-cpu","memory":"m"}"#,
        "-accel kvm,device=/dev/x", "-accel xen", "-machine accel=kvm:xen",
        "-cpu host,no-such-thing",
    ])
    func `a processor with other memory, or another hypervisor, is refused`(words: String) {
        switch audited(Self.flash + " " + words) {
        case .unknown, .harmful: break
        case let other: Issue.record("\(words): \(String(describing: other))")
        }
    }

    @Test(arguments: [
        "-cpu host", "-cpu qemu64,+aes,-avx,pcid=on,nodeid-msr,hv_relaxed",
        "-accel tcg,thread=multi",
        "-cpu kvm64,enforce,+kvm_pv_eoi,+kvm_pv_unhalt,+lahf_lm,+sep,vendor=GenuineIntel",
        "-device host-x86_64-cpu,id=c,socket-id=0,core-id=1,thread-id=0", "-machine accel=kvm:tcg",
        "-machine accel=kvm:hvf:whpx:tcg", "-accel kvm,device=/dev/kvm", "-global cpu.model-id=x",
        "-global x86_64-cpu.tsc-frequency=1000000000",
    ])
    func `what a processor can do is left to QEMU`(words: String) {
        #expect(refusal(Self.flash + " " + words) == nil)
    }

    /// Story: an ELF kernel with a segment where the flash is replaced the image.
    @Test func `only Linux may be given as a kernel, and what else QEMU runs is root's`() {
        var context = CommandLineAudit.Context()
        context.kernels = ["/linux": .linux, "/elf": .other]
        context.untrustedFiles = ["/theirs": "'/theirs'"]
        context.unreadFiles = ["/missing"]
        #expect(refusal(Self.flash + " -kernel /linux", context: context) == nil)
        for words in ["-kernel /missing", "-machine kernel=/linux", "-M kernel=/elf"] {
            #expect(refusal(Self.flash + " " + words, context: context) != nil)
        }
        for words in ["-kernel /elf"] {
            guard case .harmful = audited(Self.flash + " " + words, context: context)
            else {
                Issue.record("\(words) passed")
                continue
            }
        }
        for words in [
            "-netdev tap,id=n,script=/theirs", "-netdev bridge,id=n,helper=/theirs",
            "-nic tap,downscript=/theirs", "-option-rom /theirs", "-device e1000,romfile=/theirs",
            "-global e1000.romfile=/theirs", "-global driver=e1000,property=romfile,value=/theirs",
        ] {
            #expect(
                audited(Self.flash + " " + words, context: context)
                    == .fileOfOthers(option: "'\(words)'", place: "'/theirs'")
            )
        }
    }

    /// Stories of an attack on the tables: each was harmless by its row and was not.
    @Test(arguments: [
        "-machine aux-ram-share=on", "-M q35,cxl=on,cxl-fmw.0.size=0xFFFFFFFFE0000000",
        "-fw_cfg name=genroms/x,file=/r",
        "-device ccid-card-emulated,backend=certificates,db=sql:/d",
        "-global ccid-card-emulated.db=/d",
    ])
    func `what brings code or covers the firmware by a value is refused`(words: String) {
        switch audited(Self.flash + " " + words) {
        case .harmful: break
        case let other: Issue.record("\(words): \(String(describing: other))")
        }
    }

    @Test(arguments: [
        "-M q35,cxl=on,cxl-fmw.0.targets.0=c,cxl-fmw.0.size=4G",
        "-fw_cfg opt/org.example/x,string=y",
        "-device ccid-card-emulated,backend=nss-emulated",
        "-netdev tap,id=n,script=no,downscript=no",
    ])
    func `the same with honest values passes`(words: String) {
        #expect(refusal(Self.flash + " " + words) == nil)
    }

    // MARK: - Debugging

    @Test(arguments: [
        "-gdb tcp::1234", "-s", "-qtest stdio", "-plugin /p.so", "-preconfig",
        "-object qtest,id=q,chardev=c", "-object id=q,qom-type=qtest",
        #"-object {"qom-type":"qtest","id":"q"}"#, "-device loader,file=/b,addr=0x100000000",
        "-device guest-loader,addr=1", #"-device {"driver":"loader","file":"/b"}"#,
    ])
    func `a debugger's way in is refused unless it is allowed`(words: String) {
        for base in [Self.flash, Self.bios] {
            let all = base + " " + words
            guard case .debugging(let option, _) = audited(all) else {
                Issue.record("\(words): \(String(describing: refusal(all)))")
                continue
            }
            #expect(option == "'\(words)'")
            var context = CommandLineAudit.Context()
            context.allowsDebugging = true
            #expect(refusal(all, context: context) == nil)
        }
    }

    // MARK: - What cannot be read

    /// Story: JSON with a NUL or many levels was read by QEMU and not by us, and then passed.
    @Test(arguments: [
        #"-device {"driver":"loader","id":"a\u0000"}"#,
        #"-device {"x":\#(String(repeating: "[", count: 70))\#(String(repeating: "]", count: 70)),"driver":"loader"}"#,
    ])
    func `a device in JSON that only QEMU could read is read too`(words: String) {
        guard case .debugging = audited(Self.flash + " " + words) else {
            Issue.record("\(String(describing: refusal(Self.flash + " " + words)))")
            return
        }
    }

    @Test(arguments: [
        "-device {\"driver\":", "-netdev {}x", "-blockdev {\"a\":1,\"a\":2}",
        "-drive if=none,id=x,file=json:{", "-hda json:{]", "-global nonsense", "-set nonsense",
    ])
    func `what cannot be read is refused`(words: String) {
        switch audited(Self.flash + " " + words) {
        case .unreadable: break
        case let other: Issue.record("\(words): \(String(describing: other))")
        }
    }

    // MARK: - Descriptors, unknown options, directories

    /// Story: QEMU closes the descriptor, and the next file it opens gets the number; the
    /// machine then ran that file.
    @Test(arguments: ["fd=9,set=1", "set=1,fd=0x9", "fd=5,fd=9,set=1", "fd=4294967305,set=1"])
    func `a descriptor set that takes the image's descriptor is refused`(value: String) {
        var context = CommandLineAudit.Context()
        context.descriptors = [9]
        for base in [Self.flash, Self.bios] {
            #expect(
                audited(base + " -add-fd " + value, context: context)
                    == .descriptorOfImage(option: "'-add-fd \(value)'")
            )
        }
    }

    @Test func `descriptor sets of other descriptors are fine`() {
        var context = CommandLineAudit.Context()
        context.descriptors = [9]
        #expect(refusal(Self.flash + " -add-fd set=0,fd=32,opaque=9", context: context) == nil)
        #expect(refusal(Self.flash + " -add-fd set=9,fd=19", context: context) == nil)
    }

    /// Story: if `-new` takes a value, then `-name` is it, and the drive is a drive.
    @Test func `an unknown option is refused, because it may take the next word`() {
        #expect(
            audited(Self.flash + " -new -name -drive if=pflash,unit=0,file=/b")
                == .unknownOption(option: "'-new'")
        )
        #expect(audited(Self.flash + " -bios=/b") == .unknownOption(option: "'-bios=/b'"))
    }

    @Test func `directories that others may write to are refused`() {
        var context = CommandLineAudit.Context()
        context.untrustedDirectories = ["/roms"]
        #expect(
            audited(Self.flash + " -L /roms", context: context)
                == .dataDirectory(option: "'-L /roms'")
        )
        context.workingDirectoryIsWritableByOthers = true
        #expect(audited(Self.flash, context: context) == .workingDirectory)
    }

    /// The source's bytes win there by design: that is a warning of the planner.
    @Test(arguments: ["-incoming defer", "-loadvm s", "-loadstate /s"])
    func `a saved state is no way in`(words: String) {
        #expect(refusal(Self.flash + " " + words) == nil)
    }

    /// The firmware runs these after itself, as it does with any device and operating system.
    @Test(arguments: [
        "-kernel /k", "-initrd /i", "-option-rom /r", "-acpitable file=/t",
        "-device e1000,romfile=/r", "-fw_cfg name=opt/x,file=/f", "-L /roms", "-smbios file=/s",
    ])
    func `what the firmware starts is no way in`(words: String) {
        #expect(refusal(Self.flash + " " + words) == nil)
    }

    // MARK: - Files of settings

    private func files(_ text: String, doubt: SettingsFile.Doubt? = nil) -> SettingsFiles {
        let path: ByteString = "/etc/qemu/qemu.conf"
        let file = SettingsFile(path: path, bytes: Array(text.utf8), doubt: doubt)
        return SettingsFiles(defaultFile: file, included: [:])
    }

    @Test(arguments: [
        "[machine]\n firmware = \"/b\"", "[machine]\n pflash0 = \"n\"",
        "[machine]\n igvm_cfg = \"i\"", "[machine]\n type = \"microvm\"",
        "[drive]\n if = \"pflash\"", "[global]\n driver = \"cfi.pflash01\"",
        "[global]\n driver = \"isa-vga\"\n property = \"vgamem_mb\"\n value = \"512\"",
        "[device]\n driver = \"loader\"", "[device \"v\"]\n driver = \"isa-vga\"",
        "[object \"i\"]\n qom-type = \"igvm-cfg\"", "[object \"q\"]\n qom-type = \"qtest\"",
        "[nonsense]\n x = \"y\"", "[machine]\n what is this",
    ])
    func `a file that decides the firmware, or may, is refused`(text: String) {
        #expect(refusal("-id 100 -drive if=pflash,file=/a", files: files(text)) != nil)
    }

    @Test(arguments: [
        "[machine]\n type = \"q35\"\n usb = \"on\"", "[drive \"d\"]\n if = \"none\"",
        "[device \"e\"]\n driver = \"e1000\"", "# [machine]\n# firmware = \"/b\"",
    ])
    func `a file about other things is fine`(text: String) {
        #expect(refusal(Self.flash, files: files(text)) == nil)
    }

    @Test(arguments: [
        SettingsFile.Doubt.notRegular, .writableByOthers(place: "'/x'"), .unreadable(why: "w"),
    ])
    func `a file that cannot be relied on is refused, and named`(doubt: SettingsFile.Doubt) {
        let path: ByteString = "/etc/qemu/qemu.conf"
        #expect(
            audited(Self.flash, files: files("", doubt: doubt))
                == .settingsFile(option: "'/etc/qemu/qemu.conf'", doubt)
        )
        let file = SettingsFile(path: path, bytes: nil, doubt: doubt)
        let included = SettingsFiles(defaultFile: nil, included: [path: file])
        let words = "-readconfig /etc/qemu/qemu.conf"
        #expect(
            audited(Self.flash + " " + words, files: included)
                == .settingsFile(option: "'\(words)'", doubt)
        )
    }

    @Test func `a change in a file is named by its line`() {
        let text = "# mine\n[machine]\n usb = \"on\"\n firmware = \"/b\""
        guard let refusal = audited(Self.flash, files: files(text)) else {
            Issue.record("not refused")
            return
        }
        #expect(
            refusal.message
                == #"/etc/qemu/qemu.conf line 4: '[machine] firmware = "/b"' names firmware besides"#
                + " the custom firmware image"
        )
    }

    @Test func `every refusal names its argument and says what to do`() {
        let item = AuditedItem(.device, "d")
        let attached: [AttachmentError] = [
            .firmwareInFile(place: "'o'"), .flashChanged(option: "'o'"),
        ]
        let audited: [AuditRefusal] = [
            .firmwareBeside(option: "'o'"), .flashChanged(option: "'o'"),
            .unreadable(option: "'o'", why: "w"),
            .unknownOption(option: "'o'"), .unknown(option: "'o'", item),
            .harmful(option: "'o'", item, why: "w"), .debugging(option: "'o'", why: "w"),
            .descriptorOfImage(option: "'o'"), .settingsFile(option: "'o'", .notRegular),
            .dataDirectory(option: "'o'"),
        ]
        for refusal in attached as [any Failure] + audited {
            #expect(refusal.message.hasPrefix("'o'") && !refusal.message.hasSuffix("."))
            #expect(refusal.hint?.isEmpty == false)
            #expect(refusal.exitStatus == .usage)
        }
    }
}
