import CLinux
package import SystemPackage

/// File systems that show files with another owner or mode than they were given.
package enum NetworkFileSystem: Sendable {
    case nfs
    case cifs

    /// - Returns: `nil` where the path is on another file system, and where that cannot be told.
    package init?(at path: FilePath) {
        var magic: UInt32 = 0
        let result = unsafe path.withPlatformString { unsafe linux_file_system($0, &magic) }
        guard result == 0 else { return nil }
        switch magic {
        case 0x6969: self = .nfs
        case 0xFF53_4D42, 0xFE53_4D42: self = .cifs
        default: return nil
        }
    }

    /// How images there can belong to root and be read-only.
    package var advice: String {
        switch self {
        case .nfs:
            "on NFS: let the server's root put the image there, or export with no_root_squash and use"
                + " 'launcherctl firmware add'"
        case .cifs: "on CIFS: mount with uid=0,file_mode=0444,dir_mode=0755"
        }
    }
}
