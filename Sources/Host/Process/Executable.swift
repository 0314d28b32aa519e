import CLinux
import Glibc
package import SystemPackage

/// A program that is there and is not the launcher: what the launcher may become.
package struct Executable: Hashable, Sendable {
    /// Executed by path, so that the process is named after its last component: Proxmox's memory
    /// tuning looks for processes called `kvm`.
    package let path: FilePath

    /// - Parameter candidates: tried in order; the next one only where the one before is not
    ///   there. One that is there and unusable is an error, never passed over.
    package init(firstOf candidates: [FilePath]) throws(ExecutionError) {
        for candidate in candidates {
            guard let status = try Self.status(of: candidate) else { continue }
            guard status.type == .regular else {
                throw .notRegularFile(path: candidate, found: status.type)
            }
            guard try !status.isSameFile(as: Self.launcher()) else {
                throw .isLauncherItself(path: candidate)
            }
            path = candidate
            return
        }
        throw .notFound(tried: candidates)
    }

    /// - Returns: `nil` where there is no such file.
    private static func status(of path: FilePath) throws(ExecutionError) -> Stat? {
        do throws(Errno) {
            return try OwnedDescriptor(opening: path, flags: LINUX_O_PATH).status()
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .failed(operation: "open", path: path, errno: error)
        }
    }

    private static func launcher() throws(ExecutionError) -> Stat {
        do throws(Errno) {
            return try Stat(at: "/proc/self/exe")
        } catch .noSuchFileOrDirectory {
            throw .host(.kernelFeatureMissing(.processFileSystem, errno: .noSuchFileOrDirectory))
        } catch {
            throw .host(
                .systemCallFailed(operation: "stat", path: "/proc/self/exe", errno: error)
            )
        }
    }
}
