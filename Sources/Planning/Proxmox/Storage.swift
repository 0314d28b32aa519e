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
