import Planning
import Testing

/// What has to change in a command line of Proxmox so that it starts another image, found without
/// the code under test: it looks at words and text only, for the shapes of qemu-server's OVMF.pm.
struct ExpectedFirmwareChange {
    enum Shape: String, CaseIterable {
        case bios, blockdev, drive, sev
    }

    let shape: Shape
    private(set) var removed: [ByteString] = []
    private(set) var inserted: [ByteString] = []

    init(of words: [ByteString], guest: GuestKind, image: ByteString) throws {
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
    func describes(_ after: [ByteString], madeOf before: [ByteString]) -> Bool {
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
