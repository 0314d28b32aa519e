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
        let attached = try AttachedFirmware(vector, machine: MachineOptions(vector))
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

    /// The words that differ, as they were and as they are; the words between must line up.
    private static func differences(
        _ before: [ByteString],
        _ after: [ByteString]
    ) -> [[ByteString]] {
        let change = after.difference(from: before)
        return [change.removals, change.insertions].map { changes in
            changes.map {
                switch $0 {
                case .insert(_, let word, _), .remove(_, let word, _): word
                }
            }
        }
    }

    @Test func `with firmware attached, only its own words change`() throws {
        var shapes: [String: Int] = [:]
        for (name, words) in try Self.commands() {
            let vector = ArgumentVector(words)
            guard try Self.attachesFirmware(vector) else { continue }
            let launch = try CustomFirmwareLaunch(vector, imagePath: Self.image)
            let changed = Self.differences(words, launch.rewrite.arguments)
            let expected = try expectedChange(of: vector, guest: launch.guest)
            #expect(changed == [expected.removed, expected.inserted], "\(name)")
            shapes[expected.shape, default: 0] += 1
        }
        #expect(shapes.keys.sorted() == ["bios", "blockdev", "drive", "sev"])
    }

    @Test func `a SEV guest may keep its flash`() throws {
        for (name, words) in try Self.commands() {
            let vector = ArgumentVector(words)
            let guest = try GuestKind(vector, machine: MachineOptions(vector))
            guard guest == .sev || guest == .sevES else { continue }
            let launch = try CustomFirmwareLaunch(
                vector,
                imagePath: Self.image,
                sevUsesFlash: true
            )
            let expected = try expectedChange(of: vector, guest: .normal)
            let changed = Self.differences(words, launch.rewrite.arguments)
            #expect(changed == [expected.removed, expected.inserted], "\(name)")
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

    // MARK: - What has to change, found without the code under test

    private struct ExpectedChange {
        let shape: String
        var removed: [ByteString] = []
        var inserted: [ByteString] = []
    }

    /// Looks at words and text only: the shapes are those of qemu-server's OVMF.pm.
    private func expectedChange(
        of vector: ArgumentVector,
        guest: GuestKind
    ) throws -> ExpectedChange {
        let words = vector.arguments
        func word(containing text: String) -> String? {
            words.compactMap(\.text).first { $0.contains(text) }
        }
        if let path = words.firstIndex(of: "-bios").map({ words[$0 + 1] }) {
            return ExpectedChange(shape: "bios", removed: [path], inserted: [Self.image])
        }
        if let drive = word(containing: "if=pflash,unit=0") {
            #expect(guest == .normal)
            let path = try #require(drive.split(separator: "file=").last)
            return ExpectedChange(
                shape: "drive",
                removed: [ByteString(drive)],
                inserted: [
                    ByteString(drive.replacing(path, with: try #require(Self.image.text)))
                ]
            )
        }
        let node = try #require(word(containing: #""node-name":"pflash0""#))
        guard guest.isConfidential else {
            let path = try #require(node.firstMatch(of: /"filename":"([^"]*)"/)?.1)
            return ExpectedChange(
                shape: "blockdev",
                removed: [ByteString(node)],
                inserted: [ByteString(node.replacing(path, with: try #require(Self.image.text)))]
            )
        }
        let machine = try #require(word(containing: "pflash0=pflash0,pflash1=drive-efidisk0,"))
        return ExpectedChange(
            shape: "sev",
            removed: ["-blockdev", ByteString(node), ByteString(machine)],
            inserted: [
                "-bios", Self.image,
                ByteString(machine.replacing("pflash0=pflash0,pflash1=drive-efidisk0,", with: "")),
            ]
        )
    }
}
