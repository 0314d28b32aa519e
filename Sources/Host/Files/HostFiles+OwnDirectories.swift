package import Planning
import SystemPackage

extension HostFiles {
    /// Those directories that nobody but root and the launcher's user can put a file into, now or
    /// by exchanging a directory above. One that is missing counts where nobody else can make it.
    package static func ownDirectories(among paths: [ByteString]) -> [ByteString] {
        paths.filter { path in
            let path = FilePath(path)
            do throws(Errno) {
                return try isOwnDirectory(path)
            } catch .noSuchFileOrDirectory {
                return path.isAbsolute && TrustedPath(to: path).untrusted == nil
            } catch {
                return false
            }
        }
    }

    /// The sticky bit is no excuse here: it does not keep others from adding files.
    static func isOwnDirectory(_ path: FilePath) throws(Errno) -> Bool {
        let way = TrustedPath(to: path)
        if let failure = way.failure { throw failure }
        guard path.isAbsolute, way.untrusted == nil else { return false }
        let status = try Stat(at: path)
        return status.type == .directory && !status.isWritableByOthers
    }
}
