/// A volume of a storage, `STORAGE:NAME`. What a good name is depends on what the volume is for:
/// see ``FirmwareVolume`` and ``EFIDisk``.
package struct VolumeID: Hashable, Sendable, CustomStringConvertible {
    /// Longer than any that Proxmox makes; a bound, so that messages and records stay readable.
    package static let maximumByteCount = 1024

    package let storage: StorageID
    /// Not empty; UTF-8 text without control characters.
    package let name: String

    package init(parsing text: String) throws(VolumeIDError) {
        try self.init(parsing: ByteString(text))
    }

    package init(parsing text: ByteString) throws(VolumeIDError) {
        try self.init(parsing: text.bytes[...])
    }

    init(parsing bytes: ArraySlice<UInt8>) throws(VolumeIDError) {
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= Self.maximumByteCount else {
            throw .tooLong(byteCount: bytes.count, limit: Self.maximumByteCount)
        }
        // First, because nothing after it looks at a NUL or a line feed again.
        guard !bytes.contains(where: isControl) else {
            throw .controlCharacter(volume: ByteString(bytes))
        }
        guard bytes.first != UInt8(ascii: "/") else { throw .absolutePath(ByteString(bytes)) }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
            throw .missingColon(volume: ByteString(bytes))
        }
        guard let storage = StorageID(bytes[..<colon]) else {
            throw .badStorageID(volume: ByteString(bytes), found: ByteString(bytes[..<colon]))
        }
        guard colon + 1 < bytes.endIndex else { throw .missingName(storage: storage) }
        guard let name = String(validating: bytes[(colon + 1)...], as: UTF8.self) else {
            throw .notUTF8(volume: ByteString(bytes))
        }
        self.storage = storage
        self.name = name
    }

    package var description: String { "\(storage):\(name)" }
}

private func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }
