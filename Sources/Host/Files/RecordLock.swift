import Glibc
package import SystemPackage

/// A lock of fcntl(2) on a whole file, as dpkg and apt use: the holder releases it by closing the
/// file, or by ending.
package struct RecordLock: ~Copyable {
    private let descriptor: OwnedDescriptor

    /// Why the lock was not taken.
    package enum LockError: Error {
        case notOpened(Errno)
        /// Another process has it.
        case held
        case notLocked(Errno)
    }

    /// Takes the lock, or does not wait for it. The file is made if it does not exist.
    ///
    /// - Parameter permissions: of a file that is made, less what the umask takes away.
    package init(on path: FilePath, permissions: FilePermissions) throws(LockError) {
        let file = try Self.opened(path, permissions)
        try Self.lock(file)
        descriptor = file
    }

    private static func opened(
        _ path: FilePath,
        _ permissions: FilePermissions,
    ) throws(LockError) -> OwnedDescriptor {
        let number = unsafe path.withPlatformString { path in
            systemCall { unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, permissions.rawValue) }
        }
        return try rethrowing(as: LockError.notOpened) { () throws(Errno) in
            OwnedDescriptor(takingOver: try number.get())
        }
    }

    private static func lock(_ file: borrowing OwnedDescriptor) throws(LockError) {
        var lock = Glibc.flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        let number = file.number
        do throws(Errno) {
            _ = try systemCall { unsafe fcntl(number, F_SETLK, &lock) }.get()
        } catch .resourceTemporarilyUnavailable, .permissionDenied {
            throw .held
        } catch {
            throw .notLocked(error)
        }
    }
}
