import Foundation
import Planning
import Testing

/// Command lines that qemu-server writes for its own tests (src/test/cfg2cmd, `*.cmd`).
@Suite(.enabled(if: PackageFiles.hasCorpus, "LAUNCHER_CORPUS names no folder"))
struct CorpusTests {
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
