import CLinux
import Glibc
package import Planning
package import SystemPackage

/// What is in a storage's directory for firmware, looked at and not trusted.
package struct FirmwareDirectory: Sendable {
    package let path: FilePath
    /// Names of everything but hidden files, sorted.
    package let names: [String]

    /// - Returns: `nil` where the storage has no such directory.
    package init?(_ location: FirmwareLocation) throws(HostError) {
        for directory in location.directories {
            let path = location.root.pushing(FilePath(directory))
            do throws(Errno) {
                names = try DirectoryListing.names(in: path).filter { !$0.hasPrefix(".") }
                self.path = path
                return
            } catch .noSuchFileOrDirectory {
                continue
            } catch {
                throw .systemCallFailed(operation: "open", path: path, errno: error)
            }
        }
        return nil
    }
}

/// Whether a directory is where a file system is mounted.
package enum MountPoint {
    /// - Returns: `nil` where there is no such directory.
    package static func isMounted(_ path: FilePath) throws(HostError) -> Bool? {
        do throws(Errno) {
            let directory = try Stat(path)
            let parent = try Stat(path.appending(".."))
            return directory.deviceID != parent.deviceID || directory.isSameFile(as: parent)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .systemCallFailed(operation: "stat", path: path, errno: error)
        }
    }
}
