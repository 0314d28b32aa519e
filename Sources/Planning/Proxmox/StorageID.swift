/// The name of a storage, by Proxmox's rule: two characters or more, a letter first, a letter or
/// digit last, letters, digits, `-`, `_` and `.` between (pve-common JSONSchema.pm `parse_id`).
package struct StorageID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Returns: `nil` where the bytes are not such a name.
    package init?(_ bytes: some BidirectionalCollection<UInt8>) {
        guard bytes.count >= 2,
            let first = bytes.first, isLetter(first),
            let last = bytes.last, isLetter(last) || isDigit(last),
            bytes.allSatisfy(isStorageIDByte)
        else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    package init?(_ text: String) {
        self.init(text.utf8)
    }

    /// The storage that every Proxmox node has, whatever storage.cfg says: `/var/lib/vz`.
    package static let local = StorageID(unchecked: "local")

    private init(unchecked text: String) {
        self.text = text
    }

    package var description: String { text }
}

private func isStorageIDByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: ".")
}

/// ASCII only, as all rules of Proxmox are.
func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}

func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

func isLetterOrDigit(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }
