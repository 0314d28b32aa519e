import Glibc
package import Planning
import SystemPackage

extension HostFiles {
    /// Those directories that nobody but root and the launcher's user can put a file into, now or
    /// by exchanging a directory above. A path through a symbolic link is none of them.
    package static func ownDirectories(among paths: [ByteString]) -> [ByteString] {
        let user = UserID(rawValue: geteuid())
        return paths.filter { isOwnDirectory($0, of: user) }
    }

    private static func isOwnDirectory(_ path: ByteString, of user: UserID) -> Bool {
        guard let text = path.text, isPlainAbsolutePath(text) else { return false }
        var directory = FilePath(text)
        var isAbove = false
        do throws(Errno) {
            while true {
                let status = try Stat(at: directory, followingLinks: false)
                guard status.type == .directory, status.isOwned(byRootOr: user) else {
                    return false
                }
                // In /tmp nobody can rename what belongs to another.
                let isProtected = isAbove && status.permissions.contains(.saveText)
                guard isProtected || !status.isWritableByOthers else { return false }
                guard directory.removeLastComponent() else { return true }
                isAbove = true
            }
        } catch {
            return false
        }
    }
}
