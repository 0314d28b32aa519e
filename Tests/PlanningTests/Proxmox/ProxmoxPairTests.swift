import Foundation
import Planning
import SystemPackage
import TestSupport
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
        #expect(identity.vmID == Self.vmID)
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

/// Command lines that qemu-server writes for its own tests (src/test/cfg2cmd, `*.cmd`).
@Suite(.enabled(if: PackageFiles.hasCorpus, "LAUNCHER_CORPUS names no folder"))
struct QEMUServerCommandTests {
    private static let image: ByteString = "/proc/self/fd/9"

    private static func commands() throws -> [(name: String, words: [ByteString])] {
        let folder = PackageFiles.corpus.appending(path: "pve-cfg2cmd")
        return try PackageFiles.files(in: folder, suffix: ".cmd").map {
            ($0.lastPathComponent, try ShellWords(PackageFiles.bytes(of: $0)).words)
        }
    }

    private static func attachesFirmware(_ vector: ArgumentVector) throws -> Bool {
        let commandLine = QEMUCommandLine(vector)
        let machine = MachineOptions(commandLine)
        let attached = try AttachedFirmware(commandLine, machine: machine)
        return attached.hasFlashCode || !attached.bios.isEmpty
    }

    @Test func `every word is understood and none is lost`() throws {
        let commands = try Self.commands()
        #expect(commands.count >= 50)
        for (name, words) in commands {
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
        var refused = 0
        for (name, words) in try Self.commands() {
            let vector = ArgumentVector(words)
            guard try !Self.attachesFirmware(vector) else { continue }
            let vmID = try #require(vector.all("id").last?.value)
            #expect(throws: AttachmentError.notUEFI(vmID: vmID), "\(name)") {
                try CustomFirmwareLaunch(vector)
            }
            refused += 1
        }
        #expect(refused >= 40)
    }
}

/// VM configurations of qemu-server's own regression tests, and the command lines that Proxmox
/// makes of them: the paths that it finds have to be the paths that we find.
struct EFIDiskCorpusTests {
    private static let folder = PackageFiles.corpus.path

    private static func read(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/pve-cfg2cmd/\(name)", encoding: .utf8)
    }

    private static var isPresent: Bool {
        FileManager.default.fileExists(atPath: "\(folder)/pve-cfg2cmd")
    }

    @Test(
        .enabled(if: isPresent, "no corpus; name its folder in LAUNCHER_CORPUS"),
        arguments: [
            "efi-raw-old", "efi-raw-template", "efi-raw", "efi-secboot-and-tpm-q35",
            "q35-linux-hostpci", "q35-linux-hostpci-driver-keep", "q35-linux-hostpci-multifunction",
            "q35-simple", "q35-simple-pinned-6.1", "sev-std",
        ]
    )
    func `an EFI disk has the path that Proxmox gives to QEMU`(name: String) throws {
        let configuration = try Self.read("\(name).conf")
        let prefix = "efidisk0: "
        let line = try #require(configuration.split(separator: "\n").first { $0.hasPrefix(prefix) })
        let disk = try EFIDisk(parsing: ByteString(line.dropFirst(prefix.count)))
        let storages = try StorageConfiguration(.defaults, storageConfiguration: nil)
        let store = try storages.variableStore(of: disk, on: "localhost")

        let command = try Self.read("\(name).conf.cmd")
        let path = try #require(store.path.text)
        // After it the value ends in JSON, or in a shell's quote or a comma.
        #expect(["\"", "'", ","].contains { command.contains(path + $0) }, "\(path)")
        let format = store.format.rawValue
        #expect(
            command.contains("\"driver\":\"\(format)\"") || command.contains("format=\(format),")
        )
    }
}
