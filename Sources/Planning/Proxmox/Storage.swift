package import SystemPackage

/// A storage: a name for a place where volumes are, as storage.cfg or launcher.conf defines it.
package struct Storage: Hashable, Sendable {
    package let id: StorageID
    package let type: StorageType
    package let origin: Origin
    /// Where its files are; `nil` for types that keep none.
    package let path: FilePath?
    package let contentDirectories: ContentDirectories
    /// The nodes that have it; `nil` for all of them.
    package let nodes: [String]?
    package let isDisabled: Bool
    /// What has to be mounted for the storage to be there, from `is_mountpoint`; for hints, as
    /// without the mount its files are simply missing.
    package let mountPoint: FilePath?
    package let images: ImagePlacement
    /// What Proxmox ignores of its definition.
    package let warnings: [ConfigurationWarning]

    /// Where a storage is defined.
    package enum Origin: Hashable, Sendable, CustomStringConvertible {
        /// `local`, which needs no definition.
        case builtIn
        case file(String, line: Int)

        var line: Int? { if case .file(_, let line) = self { line } else { nil } }

        package var description: String {
            switch self {
            case .builtIn: "built in"
            case .file(let file, let line): "\(file) line \(line)"
            }
        }
    }

    /// What Proxmox makes of `local` where storage.cfg does not define it, or not as the directory
    /// `/var/lib/vz` (pve-storage Plugin.pm `parse_config`).
    package static let local = Storage(
        id: .local,
        type: .dir,
        origin: .builtIn,
        path: localPath,
        contentDirectories: .standard,
        nodes: nil,
        isDisabled: false,
        mountPoint: nil,
        images: .files,
        warnings: [],
    )

    static let localPath: FilePath = "/var/lib/vz"
}

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

/// Proxmox's rule for node names: `^[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?$`
/// (pve-common JSONSchema.pm `pve_verify_node_name`).
func isNodeName(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    let isInner = text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    return isInner && first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
}
