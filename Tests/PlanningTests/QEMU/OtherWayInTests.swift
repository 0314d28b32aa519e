import Planning
import Testing

/// Every way an argument or a configuration file can change the code that runs, with the custom
/// firmware of the VM attached as flash or as `-bios`.
struct OtherWayInTests {
    static let flash = "-id 100 -drive if=pflash,unit=0,id=code,file=/a -drive if=none,id=n"
    private static let bios = "-M q35,confidential-guest-support=c -object tdx-guest,id=c -bios /a"

    func refusal(
        _ words: String,
        context: AuditContext = AuditContext()
    ) -> AttachmentError? {
        do throws(AttachmentError) {
            _ = try CustomFirmwareLaunch(commandLine(words: words), context: context)
            return nil
        } catch {
            return error
        }
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
            #expect(
                refusal(base + " " + words)
                    == .otherWayIn(.machineFirmware(option: "'\(words)'"))
            )
        }
    }

    @Test(arguments: ["-machine igvm-cfg=i", "-M igvm_cfg=i"])
    func `an IGVM file is refused`(words: String) {
        #expect(
            refusal(Self.flash + " -object igvm-cfg,id=i,file=/b " + words)
                == .otherWayIn(.igvm(option: "'\(words)'"))
        )
    }

    @Test(arguments: [
        "-drive if=pflash,unit=0,file=/b", "-drive if=pflash,index=0x0,file=/b",
        "-drive if=none,unit=1,if=pflash,unit=0,file=/b", "-M pflash0=n", "-machine pflash0=",
    ])
    func `a second code image is refused`(words: String) {
        guard case .secondCodeImage = refusal(Self.flash + " " + words) else {
            Issue.record("\(words): \(String(describing: refusal(Self.flash + " " + words)))")
            return
        }
    }

    @Test func `another code node is refused, the same one again is not`() {
        let node = "-blockdev raw,node-name=p,file.driver=file,file.filename=/a -M pflash0=p"
        #expect(refusal(node + " -M pflash0=p") == nil)
        #expect(
            refusal(node + " -M pflash0=q")
                == .secondCodeImage(option: "'-M pflash0=q'", first: "'-M pflash0=p'")
        )
    }

    @Test(arguments: [
        "drive.code.file=/b", "drive.code.format=qcow2", "drive.n.if=pflash", "drive.n.unit=0",
        "drive.n.index=0", "drive.n.bus=0", "global.g.value=x", "add-fd.f.fd=9",
        "device.net0.driver=loader",
    ])
    func `a late change to the flash drive is refused`(value: String) {
        #expect(
            refusal(Self.flash + " -set " + value)
                == .otherWayIn(.driveChanged(option: "'-set \(value)'"))
        )
    }

    @Test func `a late change to the drive that the machine names as flash is refused`() {
        #expect(
            refusal("-drive if=none,id=c,file=/a -M pflash0=c -set drive.c.file=/b") != nil
        )
        #expect(refusal(Self.flash + " -set drive.n.file=/b") == nil)
    }

    @Test(arguments: [
        "driver=cfi.pflash01,property=drive,value=x", "loader.file=/b",
        "loader.file=/b,driver=e1000,property=x",
    ])
    func `a property of every flash or loader device is refused`(value: String) {
        #expect(
            refusal(Self.flash + " -global " + value)
                == .otherWayIn(.flashProperty(option: "'-global \(value)'"))
        )
    }

    @Test func `a loader that reaches the firmware is refused, one above 4 GiB is not`() {
        let base = Self.flash + " -device loader,force-raw=on,file=/b,addr="
        let sizes = AuditContext(fileByteCounts: ["/b": 4096])
        guard case .otherWayIn(.loader) = refusal(base + "0xffc84100", context: sizes) else {
            Issue.record("the loader was let through")
            return
        }
        #expect(refusal(base + "0x100000000", context: sizes) == nil)
    }

    @Test(arguments: [
        "-gdb tcp::1234", "-s", "-qtest stdio", "-plugin /p.so", "-preconfig",
        "-object qtest,id=q,chardev=c", "-object id=q,qom-type=qtest",
        #"-object {"qom-type":"qtest","id":"q"}"#,
    ])
    func `a debugger's way in is refused unless it is allowed`(words: String) {
        for base in [Self.flash, Self.bios] {
            let all = base + " " + words
            #expect(refusal(all) == .otherWayIn(.debugging(option: "'\(words)'")))
            #expect(refusal(all, context: AuditContext(allowsDebugging: true)) == nil)
        }
    }

    /// Story: QEMU closes the descriptor, and the next file it opens gets the number; the
    /// machine then ran that file.
    @Test(arguments: ["fd=9,set=1", "set=1,fd=0x9", "fd=5,fd=9,set=1", "fd=4294967305,set=1"])
    func `a descriptor set that takes the image's descriptor is refused`(value: String) {
        for base in [Self.flash, Self.bios] {
            #expect(
                refusal(base + " -add-fd " + value)
                    == .otherWayIn(.descriptorOfImage(option: "'-add-fd \(value)'"))
            )
        }
    }

    @Test func `descriptor sets of other descriptors are fine`() {
        #expect(refusal(Self.flash + " -add-fd set=0,fd=32,opaque=9") == nil)
        #expect(refusal(Self.flash + " -add-fd set=9,fd=19") == nil)
        #expect(refusal(Self.flash + " -add-fd") == nil)
    }

    /// Story: if `-new` takes a value, then `-name` is it, and the drive is a drive.
    @Test func `an unknown option is refused, because it may take the next word`() {
        #expect(
            refusal(Self.flash + " -new -name -drive if=pflash,unit=0,file=/b")
                == .otherWayIn(.unknownOption(option: "'-new'"))
        )
        #expect(
            refusal(Self.flash + " -bios=/b") == .otherWayIn(.unknownOption(option: "'-bios=/b'"))
        )
    }

    @Test func `a working directory that others may write to is refused`() {
        #expect(
            refusal(Self.flash, context: AuditContext(workingDirectoryIsWritableByOthers: true))
                == .otherWayIn(.workingDirectory)
        )
    }

    /// The source's bytes win there by design: that is a warning of the planner.
    @Test(arguments: ["-incoming defer", "-loadvm s", "-loadstate /s"])
    func `a saved state is no way in`(words: String) {
        #expect(refusal(Self.flash + " " + words) == nil)
    }

    /// The firmware runs these after itself, as it does with any device and operating system.
    @Test(arguments: [
        "-kernel /k", "-initrd /i", "-shim /s", "-option-rom /r", "-acpitable file=/t",
        "-device e1000,romfile=/r", "-fw_cfg name=opt/x,file=/f", "-L /roms", "-smbios file=/s",
    ])
    func `what the firmware starts is no way in`(words: String) {
        #expect(refusal(Self.flash + " " + words) == nil)
    }

    @Test func `every refusal names its argument and says what to do`() {
        let ways: [OtherWayIn] = [
            .machineFirmware(option: "'o'"), .igvm(option: "'o'"), .driveChanged(option: "'o'"),
            .flashProperty(option: "'o'"), .unrepeatableFile(option: "'o'"),
            .uncheckedFile(option: "'o'", why: "w"),
            .loader(option: "'o'", why: "w"), .debugging(option: "'o'"),
            .descriptorOfImage(option: "'o'"), .unknownOption(option: "'o'"),
        ]
        for way in ways {
            #expect(way.message.hasPrefix("'o'") && !way.message.hasSuffix("."))
            #expect(way.hint?.isEmpty == false)
        }
    }
}
