import Glibc
import SystemPackage

// swift-system's own initializers pass a `Result` around, which costs a search of every
// conformance in the executable; see ``CallOutcome``.
extension Stat {
    /// - Throws: the `Errno` of fstatat(2).
    init(at path: FilePath, followingLinks: Bool = true) throws(Errno) {
        var status = stat()
        let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
        _ = unsafe try path.withPlatformString { path in
            systemCall { unsafe fstatat(AT_FDCWD, path, &status, flags) }
        }.get()
        self.init(rawValue: status)
    }

    /// - Throws: the `Errno` of fstat(2).
    init(of descriptor: borrowing OwnedDescriptor) throws(Errno) {
        var status = stat()
        let number = descriptor.number
        _ = try systemCall { unsafe fstat(number, &status) }.get()
        self.init(rawValue: status)
    }
}
