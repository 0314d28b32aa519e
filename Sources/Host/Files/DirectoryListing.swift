import CLinux
import Glibc
package import SystemPackage

/// The names in a directory.
package enum DirectoryListing {
    /// Without `.` and `..`, sorted; names that are not UTF-8 are left out, because none of our
    /// files has such a name.
    static func names(in directory: borrowing OwnedDescriptor) throws(Errno) -> [String] {
        // A separate descriptor: closing the stream closes it, and reading moves its offset.
        let own = try OwnedDescriptor(
            opening: ".",
            in: directory.number,
            flags: O_RDONLY | O_DIRECTORY,
        )
        guard let stream = unsafe fdopendir(own.number) else { throw Errno(rawValue: errno) }
        _ = own.release()
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else { throw Errno(rawValue: errno) }
                return names.sorted()
            }
            let bytes = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
                unsafe Array($0.prefix { $0 != 0 })
            }
            guard let name = String(validating: bytes, as: UTF8.self), name != ".", name != ".."
            else { continue }
            names.append(name)
        }
    }

    package static func names(in path: FilePath) throws(Errno) -> [String] {
        try names(in: OwnedDescriptor(opening: path, flags: O_RDONLY | O_DIRECTORY))
    }

    /// - Returns: none if there is no such directory.
    package static func files(in path: FilePath) throws(HostFileError) -> [String] {
        do throws(Errno) {
            return try names(in: path)
        } catch .noSuchFileOrDirectory {
            return []
        } catch {
            throw .unreadable(path: path, errno: error)
        }
    }
}

/// File systems that show files with another owner or mode than they were given.
package enum NetworkFileSystem: Sendable {
    case nfs
    case cifs

    /// - Returns: `nil` if the path is on another file system, or if that is not known.
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
