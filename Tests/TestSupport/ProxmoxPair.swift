import Foundation
package import Planning
import Testing

/// A VM's configuration and the command that Proxmox makes of it.
package struct ProxmoxPair: CustomTestStringConvertible, Sendable {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Pairs")

    /// Ours, of the folder `Pairs`.
    package static let own: [ProxmoxPair] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().flatMap { name in
            let files = try? PackageFiles.files(in: folder.appending(path: name), suffix: ".conf")
            return (files ?? []).map { file in
                ProxmoxPair(
                    name: name,
                    vmID: file.deletingPathExtension().lastPathComponent,
                    configurationFile: file,
                    commandFile: folder.appending(path: "\(name)/command"),
                )
            }
        }
    }()

    /// Those that qemu-server has for its own regression tests (src/test/cfg2cmd), which are not
    /// ours to copy. None where the data is not there.
    package static let outside: [ProxmoxPair] = {
        guard PackageFiles.hasCorpus else { return [] }
        let folder = PackageFiles.corpus.appending(path: "pve-cfg2cmd")
        let files = (try? PackageFiles.files(in: folder, suffix: ".conf")) ?? []
        return files.map { file in
            let name = file.lastPathComponent
            let command = folder.appending(path: "\(name).cmd")
            return ProxmoxPair(
                name: name,
                vmID: "8006",
                configurationFile: file,
                commandFile: command,
            )
        }
    }()

    package static let all = own + outside

    /// Declares the storages that our own name.
    package static func storageConfiguration() throws -> [UInt8] {
        try PackageFiles.bytes(of: folder.appending(path: "storage.cfg"))
    }

    package let name: String
    package let vmID: String
    private let configurationFile: URL
    private let commandFile: URL

    package var testDescription: String { name }

    package func command() throws -> [ByteString] {
        try ShellWords(PackageFiles.bytes(of: commandFile)).words
    }

    package func configuration() throws -> GuestConfiguration.Settings {
        let vmid = try #require(VirtualMachineID(vmID))
        let bytes = try PackageFiles.bytes(of: configurationFile)
        return GuestConfiguration(parsing: bytes, vmid: vmid).current
    }
}

/// A command as a shell reads it, as far as written command lines need: blanks separate words,
/// quotes of both kinds hold them together, a backslash keeps the next character, and a backslash
/// in front of a newline disappears with it.
package struct ShellWords {
    package enum Failure: Error, Equatable {
        case unfinishedQuote
        case unfinishedEscape
    }

    package let words: [ByteString]

    package init(_ text: some Sequence<UInt8>) throws(Failure) {
        var words: [ByteString] = []
        var word: [UInt8]?
        var quote: UInt8?
        var escaping = false
        for byte in text {
            switch (quote, escaping) {
            case (_, true):
                escaping = false
                if byte == UInt8(ascii: "\n") { continue }
                let staysBackslash =
                    quote == UInt8(ascii: "\"") && !#"$`"\"#.utf8.contains(byte)
                word = (word ?? []) + (staysBackslash ? [UInt8(ascii: "\\")] : []) + [byte]
            case (UInt8(ascii: "'")?, _) where byte != UInt8(ascii: "'"):
                word?.append(byte)
            case (_, _) where byte == UInt8(ascii: "\\"):
                escaping = true
            case (let open?, _):
                if byte == open { quote = nil } else { word?.append(byte) }
            case (nil, _) where byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\""):
                quote = byte
                word = word ?? []
            case (nil, _) where byte == 0x20 || byte == 0x09 || byte == 0x0A:
                if let finished = word { words.append(ByteString(finished)) }
                word = nil
            default:
                word = (word ?? []) + [byte]
            }
        }
        guard quote == nil else { throw .unfinishedQuote }
        guard !escaping else { throw .unfinishedEscape }
        if let finished = word { words.append(ByteString(finished)) }
        self.words = words
    }
}

/// What has to change in a command line of Proxmox so that it starts another image, found without
/// the code under test: it looks at words and text only, for the shapes of qemu-server's OVMF.pm.
package struct ExpectedFirmwareChange {
    package enum Shape: String, CaseIterable {
        case bios, blockdev, drive, sev
    }

    package let shape: Shape
    package private(set) var removed: [ByteString] = []
    package private(set) var inserted: [ByteString] = []

    package init(of words: [ByteString], guest: GuestKind, image: ByteString) throws {
        let imageText = try #require(image.text)
        func word(containing text: String) -> String? {
            words.compactMap(\.text).first { $0.contains(text) }
        }
        if let path = words.firstIndex(of: "-bios").map({ words[$0 + 1] }) {
            shape = .bios
            (removed, inserted) = ([path], [image])
        } else if let drive = word(containing: "if=pflash,unit=0") {
            #expect(guest == .normal)
            let path = try #require(drive.split(separator: "file=").last)
            shape = .drive
            removed = [ByteString(drive)]
            let file = "snapshot=off,file=\(imageText)"
            inserted = [ByteString(drive.replacing("file=\(path)", with: file))]
        } else {
            let node = try #require(word(containing: #""node-name":"pflash0""#))
            guard guest.isConfidential else {
                let path = try #require(node.firstMatch(of: /"filename":"([^"]*)"/)?.1)
                shape = .blockdev
                removed = [ByteString(node)]
                inserted = [ByteString(node.replacing(path, with: imageText))]
                return
            }
            let keys = "pflash0=pflash0,pflash1=drive-efidisk0,"
            let machine = try #require(word(containing: keys))
            shape = .sev
            removed = ["-blockdev", ByteString(node), ByteString(machine)]
            inserted = ["-bios", image, ByteString(machine.replacing(keys, with: ""))]
        }
    }

    /// Whether this is what became of the words, and all the others are there in their order.
    ///
    /// QEMU is told to read no settings but those that were looked at, which are copies.
    package func describes(_ after: [ByteString], madeOf before: [ByteString]) -> Bool {
        guard after.count > 1, after[1] == "-no-user-config" else { return false }
        var (after, before) = (after, before)
        after.remove(at: 1)
        if let option = before.firstIndex(of: "-readconfig"),
            let other = after.firstIndex(of: "-readconfig")
        {
            after.remove(at: other + 1)
            before.remove(at: option + 1)
        }
        let change = after.difference(from: before)
        return change.removals.map(\.word) == removed && change.insertions.map(\.word) == inserted
    }
}

extension CollectionDifference<ByteString>.Change {
    fileprivate var word: ByteString {
        switch self {
        case .insert(_, let word, _), .remove(_, let word, _): word
        }
    }
}
