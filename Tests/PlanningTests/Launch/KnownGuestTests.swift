import TestSupport
import Testing

@testable import Planning

/// A template as Proxmox starts it for its backup.
struct TemplateBackupTests {
    private static let flash: [ByteString] = [
        "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/code", "-drive",
        "if=pflash,unit=1,id=drive-efidisk0,format=raw,file=/vars,readonly=on",
    ]
    private static let backup: [ByteString] =
        ["-id", "100"] + flash + ["-machine", "accel=tcg,type=pc+pve0", "-snapshot", "-S"]
    private static let uuid = "7b10d7af-b932-4c66-b2c3-3996152ec465"

    private static func configuration(guest: String? = nil, uuid: String? = nil) -> String {
        PlannedLaunch.configuration.dropLast()
            + (guest.map { "\n\tguest \($0)\n" } ?? "\n") + "\nvm: 100\n\tfirmware "
            + PlannedLaunch.volume + (uuid.map { "\n\tuuid \($0)\n" } ?? "\n")
    }

    private static func known(_ text: String) -> KnownGuest {
        .read(GuestConfiguration(parsing: Array(text.utf8), vmid: 100), file: "100.conf")
    }

    @Test(arguments: ["normal", "normal,sev-snp", "sev-snp", "tdx", "sev,sev-es"])
    func `it starts with the image, whatever guests that is for`(guests: String) throws {
        let plan = try PlannedLaunch(
            Self.backup,
            configuration: Self.configuration(guest: guests),
            guest: Self.known("template: 1\namd-sev: type=snp\n")
        ).plan
        let firmware = try #require(plan.firmware)
        #expect(firmware.choice.name == PlannedLaunch.volume)
        #expect(firmware.guest == .normal)
        #expect(firmware.attachment == (guests.hasPrefix("normal") ? .pflashDrive : .bios))
        #expect(!firmware.context.isRun)
        #expect(plan.warnings.isEmpty)
        #expect(plan.arguments.count { $0.escaped.contains("/proc/self/fd/11") } == 1)
        #expect(!plan.arguments.contains { $0.escaped.contains("/code") })
        // Proxmox names this drive when it asks for the backup.
        #expect(plan.arguments.contains { $0.escaped.contains("id=drive-efidisk0") })
    }

    @Test(
        arguments: [
            "", "template: 0\n", "template: no\n", "#template: 1\n", "name: template\n",
            "[PENDING]\ntemplate: 1\n", "[before]\ntemplate: 1\n", "[x y]\ntemplate: 1\n",
            "template: 1\ntemplate: 0\n", " template: 1\n", "Template: 1\n", "template: 11\n",
        ]
    )
    func `a VM that is no template is refused, although its command line looks like one`(
        text: String
    ) {
        let refusal = PlannedLaunch.refusal(
            Self.backup,
            configuration: Self.configuration(guest: "sev-snp"),
            guest: Self.known(text)
        )
        #expect(refusal?.exitStatus == .configuration)
        #expect(refusal?.message.contains("not for normal guests") == true)
    }

    @Test func `a configuration that cannot be read makes no template`() {
        let why = LaunchFailure(PlanningError.notAVMID("no such file"))
        let refusal = PlannedLaunch.refusal(
            Self.backup,
            configuration: Self.configuration(guest: "sev-snp"),
            guest: .unreadable(why)
        )
        #expect(refusal?.message == why.message)
    }

    private static let others: [[ByteString]] = [
        // One of the marks is missing.
        ["-id", "100"] + flash + ["-machine", "accel=tcg,type=pc", "-snapshot"],
        ["-id", "100"] + flash + ["-machine", "accel=tcg,type=pc", "-S"],
        ["-id", "100"] + flash + ["-machine", "accel=kvm,type=pc", "-snapshot", "-S"],
        ["-id", "100"] + flash + ["-machine", "type=pc", "-snapshot", "-S"],
        backup + ["-machine", "accel=kvm"],
        // It has what Proxmox leaves out, or comes from elsewhere.
        backup + ["-uuid", "7b10d7af-b932-4c66-b2c3-3996152ec465"],
        backup + ["-smbios", "type=1,uuid=7b10d7af-b932-4c66-b2c3-3996152ec465"],
        backup + ["-efi-firmware", "demo:efi-firmware/ovmf.fd"],
        backup + ["-incoming", "defer"], backup + ["-loadstate", "/x"], backup + ["-loadvm", "x"],
    ]

    @Test(arguments: others)
    func `other starts of a template are those of any VM`(words: [ByteString]) {
        let refusal = PlannedLaunch.refusal(
            words,
            configuration: Self.configuration(guest: "sev-snp"),
            guest: Self.known("template: 1\n")
        )
        #expect(refusal?.exitStatus == .configuration)
    }

    @Test func `its UUID is that of its configuration`() throws {
        let text = Self.configuration(uuid: Self.uuid)
        let own = "template: 1\nsmbios1: uuid=\(Self.uuid)\n"
        let guest = Self.known(own)
        #expect(try PlannedLaunch(Self.backup, configuration: text, guest: guest).choice != nil)
        for other in [
            "template: 1\n", own.replacing("7b10", with: "8b10"), "smbios1: uuid=\(Self.uuid)\n",
        ] {
            let refusal = PlannedLaunch.refusal(
                Self.backup,
                configuration: text,
                guest: Self.known(other)
            )
            #expect(refusal?.message.contains(Self.uuid) == true, "\(other)")
        }
    }

    @Test func `its configuration is read only if something depends on it`() throws {
        func vmid(_ words: [ByteString], _ text: String) throws -> VirtualMachineID? {
            let invocation = try PlannedLaunch(Self.backup, configuration: "").request.invocation
            return Planner.guestToRead(
                for: try LaunchRequest(invocation.replacingArguments(with: ["kvm"] + words)),
                try LauncherConfiguration(parsing: Array(text.utf8), file: "launcher.conf"),
            )
        }
        let section = "vm: 100\n\tseccomp log\n"
        #expect(try vmid(Self.backup, section) == 100)
        #expect(try vmid(Self.backup, "") == nil)
        #expect(try vmid(Self.backup, PlannedLaunch.configuration) == nil)
        #expect(try vmid(Self.backup, "vm: 101\n\tseccomp log\n") == nil)
        #expect(try vmid(Self.backup + ["-version"], section) == nil)
        #expect(try vmid(["-id", "100"] + Self.flash, section) == nil)
        #expect(try vmid(Self.backup.map { $0 == "100" ? "0100" : $0 }, section) == nil)
    }
}
