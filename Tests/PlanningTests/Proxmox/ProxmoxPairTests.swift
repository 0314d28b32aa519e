import Foundation
import Planning
import SystemPackage
import TestSupport
import Testing

/// Each pair of a VM's configuration and its command line goes through the plan.
struct ProxmoxPairTests {
    private static let image: ByteString = "/proc/self/fd/11"
    private static let option: [ByteString] = ["-efi-firmware", ByteString(PlannedLaunch.volume)]

    private static func section(_ pair: ProxmoxPair, _ lines: String...) -> String {
        PlannedLaunch.configuration
            + "\nvm: \(pair.vmID)\n\tfirmware \(PlannedLaunch.volume)\n"
            + lines.map { "\t\($0)\n" }.joined()
    }

    @Test func `there are pairs`() throws {
        #expect(ProxmoxPair.own.count == 17)
        let isUEFI = try ProxmoxPair.own.filter { try $0.configuration().isUEFI }
        #expect(isUEFI.count == 15)
    }

    @Test(.enabled(if: PackageFiles.hasCorpus, "LAUNCHER_CORPUS names no folder"))
    func `there are those of qemu-server's own tests`() throws {
        #expect(ProxmoxPair.outside.count >= 50)
        let isNotUEFI = try ProxmoxPair.outside.filter { try !$0.configuration().isUEFI }
        #expect(isNotUEFI.count >= 40)
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
            + [(words, Self.section(pair))]
        for (words, configuration) in asked {
            let call = Array(words.dropFirst())
            guard settings.isUEFI else {
                let refusal = PlannedLaunch.refusal(call, configuration: configuration)
                let expected = AttachmentError.notUEFI(vmID: ByteString(pair.vmID))
                #expect(refusal as? AttachmentError == expected)
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
        #expect(identity.vmID == ByteString(pair.vmID))
        let uuid = identity.uuid.flatMap { MachineUUID($0.bytes) }
        // Proxmox starts a template, to back it up, without its UUID.
        #expect(uuid == (settings.isTemplate ? nil : settings.uuid))
        #expect(
            try GuestKind(commandLine, machine: MachineOptions(commandLine))
                == settings.guestKind
        )
    }

    /// One that cannot be read is among them, and fails.
    private static let withUUID = ProxmoxPair.all.filter { pair in
        do {
            let settings = try pair.configuration()
            return settings.isUEFI && settings.uuid != nil
        } catch {
            return true
        }
    }

    @Test(arguments: withUUID)
    func `a section with a UUID is for the VM that has it`(pair: ProxmoxPair) throws {
        let settings = try pair.configuration()
        let uuid = try #require(settings.uuid)
        let words = Array(try pair.command().dropFirst())
        let other = "00000000-1111-2222-3333-444444444444"
        let refusal = PlannedLaunch.refusal(
            words,
            configuration: Self.section(pair, "uuid \(other)"),
        )
        #expect(refusal?.message.contains("(expected uuid \(other), found ") == true)
        let own = Self.section(pair, "uuid \(uuid)")
        if settings.isTemplate {
            let refusal = PlannedLaunch.refusal(words, configuration: own)
            #expect(refusal?.message.contains("found none") == true)
            #expect(refusal?.hint?.contains("template") == true)
        } else {
            let plain = try PlannedLaunch(words, configuration: Self.section(pair))
            #expect(
                try PlannedLaunch(words, configuration: own).plan.arguments == plain.plan.arguments
            )
        }
    }

    @Test func `every shape of Proxmox's firmware is among them`() throws {
        var shapes = Set<ExpectedFirmwareChange.Shape>()
        for pair in ProxmoxPair.own {
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

/// The command lines alone, as QEMU's options, without the VM's configuration.
struct QEMUServerCommandTests {
    private static let image: ByteString = "/proc/self/fd/9"

    private static func commands() throws -> [(name: String, words: [ByteString])] {
        try ProxmoxPair.all.map { ($0.name, try $0.command()) }
    }

    private static func attachesFirmware(_ vector: ArgumentVector) throws -> Bool {
        let commandLine = QEMUCommandLine(vector)
        let machine = MachineOptions(commandLine)
        let attached = try AttachedFirmware(commandLine, machine: machine)
        return attached.hasFlashCode || !attached.bios.isEmpty
    }

    @Test func `every word is understood and none is lost`() throws {
        for (name, words) in try Self.commands() {
            let vector = ArgumentVector(words)
            #expect(vector.arguments == words, "\(name)")
            #expect(vector.options.allSatisfy { $0.origin != nil }, "\(name)")
            let covered = vector.options.flatMap(\.range)
            #expect(covered == Array(1..<words.count), "\(name)")
            #expect(ArgumentEdits().applied(to: vector) == words, "\(name)")
        }
    }

    @Test func `with firmware attached, only its own words change`() throws {
        var shapes = Set<ExpectedFirmwareChange.Shape>()
        for (name, words) in try Self.commands() {
            let vector = ArgumentVector(words)
            guard try Self.attachesFirmware(vector) else { continue }
            let launch = try CustomFirmwareLaunch(vector, imagePath: Self.image)
            let expected = try ExpectedFirmwareChange(
                of: words,
                guest: launch.guest,
                image: Self.image
            )
            #expect(expected.describes(launch.rewrite.arguments, madeOf: words), "\(name)")
            shapes.insert(expected.shape)
        }
        #expect(shapes.count == ExpectedFirmwareChange.Shape.allCases.count)
    }

    @Test func `a SEV guest may keep its flash`() throws {
        for (name, words) in try Self.commands() {
            let vector = ArgumentVector(words)
            let commandLine = QEMUCommandLine(vector)
            let machine = MachineOptions(commandLine)
            let guest = try GuestKind(commandLine, machine: machine)
            guard guest == .sev || guest == .sevES else { continue }
            let launch = try CustomFirmwareLaunch(
                vector,
                imagePath: Self.image,
                sevUsesFlash: true
            )
            let expected = try ExpectedFirmwareChange(
                of: words,
                guest: .normal,
                image: Self.image
            )
            #expect(expected.describes(launch.rewrite.arguments, madeOf: words), "\(name)")
            #expect(launch.rewrite.attachment != .bios && launch.rewrite.warnings.isEmpty)
        }
    }

    @Test func `without firmware a VM of Proxmox is refused as not UEFI`() throws {
        for pair in ProxmoxPair.all {
            let vector = ArgumentVector(try pair.command())
            let attachesFirmware = try Self.attachesFirmware(vector)
            #expect(try attachesFirmware == pair.configuration().isUEFI, "\(pair.name)")
            guard !attachesFirmware else { continue }
            let vmID = ByteString(pair.vmID)
            #expect(throws: AttachmentError.notUEFI(vmID: vmID), "\(pair.name)") {
                try CustomFirmwareLaunch(vector)
            }
        }
    }
}

/// The paths that Proxmox gives to QEMU have to be the paths that we find.
struct EFIDiskPairTests {
    /// One that cannot be read is among them, and fails.
    private static let withDisk = ProxmoxPair.all.filter { pair in
        do {
            return try pair.configuration()["efidisk0"] != nil
        } catch {
            return true
        }
    }

    @Test func `there are EFI disks in files, on block devices and over the network`() {
        let own = Set(ProxmoxPair.own.map(\.name))
        #expect(Self.withDisk.count { own.contains($0.name) } == 12)
    }

    @Test(arguments: withDisk)
    func `an EFI disk has the path that Proxmox gives to QEMU`(pair: ProxmoxPair) throws {
        let text = try #require(pair.configuration()["efidisk0"]?.text)
        let disk = try EFIDisk(parsing: text)
        let storages = try StorageConfiguration(
            .defaults,
            storageConfiguration: ProxmoxPair.storageConfiguration()
        )
        let names = ["unit=1,id=drive-efidisk0", #""node-name":"drive-efidisk0""#]
        let drive = try #require(
            pair.command().compactMap(\.text).first { word in names.contains(where: word.contains) }
        )
        // Only QEMU's own client reaches it.
        guard !drive.contains(#""driver":"rbd""#), !drive.contains("file=rbd:") else {
            #expect(throws: VolumeError.self) {
                try storages.variableStore(of: disk, on: "localhost")
            }
            return
        }
        let store = try storages.variableStore(of: disk, on: "localhost")
        let path = try #require(store.path.text)
        let format = store.format.rawValue
        guard drive.hasPrefix("{") else {
            let value = "\(drive),"
            #expect(value.contains(",file=\(path),") && value.contains(",format=\(format),"))
            return
        }
        #expect(drive.contains(#""filename":"\#(path)""#), "\(path)")
        #expect(drive.contains(#""driver":"\#(format)""#))
    }
}
