import Planning
import SystemPackage
import Testing

/// Each of Proxmox's own pairs of VM configuration and command line goes through the plan.
@Suite(.enabled(if: PackageFiles.hasCorpus, "LAUNCHER_CORPUS names no folder"))
struct ProxmoxPairTests {
    private static let image: ByteString = "/proc/self/fd/11"
    private static let option: [ByteString] = ["-efi-firmware", ByteString(PlannedLaunch.volume)]
    private static let vmID: ByteString = "8006"

    private static func section(_ lines: String...) -> String {
        PlannedLaunch.configuration + "\nvm: 8006\n\tfirmware \(PlannedLaunch.volume)\n"
            + lines.map { "\t\($0)\n" }.joined()
    }

    @Test func `there are pairs`() {
        #expect(ProxmoxPair.all.count >= 50)
    }

    @Test(arguments: ProxmoxPair.all)
    func `without firmware of its own a VM starts as Proxmox says, word for word`(
        pair: ProxmoxPair
    ) throws {
        let words = try pair.command()
        let launch = try PlannedLaunch(Array(words.dropFirst()), called: words[0])
        #expect(launch.plan.arguments == words)
        #expect(launch.plan.firmware == nil && launch.plan.warnings.isEmpty)
        #expect(launch.plan.programs.first == "/usr/lib/qemu-launcher/kvm")
    }

    @Test(arguments: ProxmoxPair.all)
    func `with firmware of its own, that is what changes, or the VM is not in UEFI mode`(
        pair: ProxmoxPair
    ) throws {
        let words = try pair.command()
        let settings = try pair.configuration()
        // 'args' come last; those of a template are not passed on.
        let asked: [(words: [ByteString], configuration: String)] =
            (settings.isTemplate ? [] : [(words + Self.option, PlannedLaunch.configuration)])
            + [(words, Self.section())]
        for (words, configuration) in asked {
            let call = Array(words.dropFirst())
            guard settings.isUEFI else {
                let refusal = PlannedLaunch.refusal(call, configuration: configuration)
                let expected = AttachmentError.notUEFI(vmID: Self.vmID)
                #expect(refusal as? PlanningError == .attachment(expected))
                continue
            }
            let launch = try PlannedLaunch(call, configuration: configuration)
            let guest = settings.guestKind
            #expect(launch.plan.firmware?.guest == guest)
            let change = try ExpectedFirmwareChange(of: words, guest: guest, image: Self.image)
            let before = Array(words.prefix { $0 != Self.option[0] })
            #expect(change.describes(launch.plan.arguments, madeOf: before))
            // A SEV guest's variable store is left unused, and that is said.
            #expect(launch.plan.warnings.count == (change.shape == .sev ? 1 : 0))
        }
    }

    @Test(arguments: ProxmoxPair.all)
    func `the command line names the VM as its configuration does`(pair: ProxmoxPair) throws {
        let settings = try pair.configuration()
        let commandLine = QEMUCommandLine(try pair.command())
        let identity = MachineIdentity(commandLine)
        #expect(identity.vmID == Self.vmID)
        let uuid = identity.uuid.flatMap { MachineUUID($0.bytes) }
        // Proxmox starts a template, to back it up, without its UUID.
        #expect(uuid == (settings.isTemplate ? nil : settings.uuid))
        #expect(
            try GuestKind(commandLine, machine: MachineOptions(commandLine))
                == settings.guestKind
        )
    }

    @Test(arguments: ProxmoxPair.all)
    func `a section with a UUID is for the VM that has it`(pair: ProxmoxPair) throws {
        let settings = try pair.configuration()
        guard settings.isUEFI, let uuid = settings.uuid else { return }
        let words = Array(try pair.command().dropFirst())
        let other = "00000000-1111-2222-3333-444444444444"
        let refusal = PlannedLaunch.refusal(words, configuration: Self.section("uuid \(other)"))
        #expect(refusal?.message.contains("(expected uuid \(other), found ") == true)
        let own = Self.section("uuid \(uuid)")
        if settings.isTemplate {
            let refusal = PlannedLaunch.refusal(words, configuration: own)
            #expect(refusal?.message.contains("found none") == true)
            #expect(refusal?.hint?.contains("template") == true)
        } else {
            let plain = try PlannedLaunch(words, configuration: Self.section())
            #expect(
                try PlannedLaunch(words, configuration: own).plan.arguments == plain.plan.arguments
            )
        }
    }

    @Test func `every shape of Proxmox's firmware is among them`() throws {
        var shapes = Set<ExpectedFirmwareChange.Shape>()
        for pair in ProxmoxPair.all {
            let settings = try pair.configuration()
            guard settings.isUEFI else { continue }
            let change = try ExpectedFirmwareChange(
                of: pair.command(),
                guest: settings.guestKind,
                image: Self.image
            )
            shapes.insert(change.shape)
        }
        #expect(shapes.count == ExpectedFirmwareChange.Shape.allCases.count)
    }
}
