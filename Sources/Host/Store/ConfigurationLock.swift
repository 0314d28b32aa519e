import Glibc
import Planning
import SystemPackage

/// Held while a configuration file is read, changed and replaced: of two who change it at once,
/// neither loses what the other wrote.
///
/// The kernel's lock on a file beside it, which stays there; whoever dies lets go of it. It is not
/// on the configuration or its directory, because everybody who may read those could hold up root.
struct ConfigurationLock: ~Copyable {
    private let descriptor: OwnedDescriptor

    /// - Parameter patience: how long to wait for whoever has it.
    init(beside path: FilePath, patience: Duration) throws(HostFileError) {
        let name = ".\(path.lastComponent?.string ?? "").lock"
        let file = path.removingLastComponent().appending(name)
        let opened = try rethrowing(as: { HostFileError.notReplaced(path: path, errno: $0) }) {
            () throws(Errno) in
            let number = unsafe file.withPlatformString { file in
                systemCall {
                    unsafe open(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
                }
            }
            return OwnedDescriptor(takingOver: try number.get())
        }
        try Self.take(opened, of: path, file, patience)
        descriptor = opened
    }

    private static func take(
        _ lock: borrowing OwnedDescriptor,
        of path: FilePath,
        _ file: FilePath,
        _ patience: Duration,
    ) throws(HostFileError) {
        let deadline = ContinuousClock.now + patience
        while true {
            do throws(Errno) {
                try lock.lock(LOCK_EX | LOCK_NB)
                return
            } catch .wouldBlock {
                guard ContinuousClock.now < deadline else { throw .locked(path: path, by: file) }
                usleep(10_000)
            } catch {
                throw .notReplaced(path: path, errno: error)
            }
        }
    }
}

extension OwnedDescriptor {
    /// Takes the file's lock, until the descriptor is closed.
    ///
    /// - Returns: `false` where the file system has no locks, as NFS without a server for them.
    @discardableResult
    borrowing func lock(_ operation: Int32) throws(Errno) -> Bool {
        let number = number
        do throws(Errno) {
            _ = try systemCall { flock(number, operation) }.get()
            return true
        } catch .noLocks, .notSupported, .noFunction {
            return false
        }
    }
}
