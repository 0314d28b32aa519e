import CLinux
import Glibc
import Planning
package import SystemPackage

/// launcher.conf as a file to be changed: read, edited as text, and replaced in one step, while no
/// other process of ours does the same.
package struct ConfigurationFile: ~Copyable {
    /// Without symbolic links, so that replacing it does not replace a link to a file that the
    /// cluster shares.
    package let path: FilePath
    /// `nil` if there is no such file yet.
    package let content: [UInt8]?
    private let lock: ConfigurationLock

    /// - Parameter patience: how long to wait for somebody else who is changing it.
    package init(_ path: FilePath, patience: Duration = .seconds(60)) throws(HostFileError) {
        var place = try Self.resolved(path)
        var lock = try ConfigurationLock(beside: place, patience: patience)
        // While we waited, the link may have been made to lead elsewhere.
        while case let now = try Self.resolved(path), now != place {
            place = now
            lock = try ConfigurationLock(beside: place, patience: patience)
        }
        content = try HostFiles.configuration(at: path)
        self.path = place
        self.lock = lock
    }

    /// Puts the new content in the file's place, whole and durable or not at all.
    ///
    /// - Throws: ``HostFileError/changed(path:)`` if somebody else has changed the file since it
    ///   was read.
    package borrowing func replace(with bytes: [UInt8]) throws(HostFileError) {
        // One name for all: a file of this name is left over from an earlier holder of the lock.
        let temporary = FilePath("\(path.string).tmp")
        do throws(HostFileError) {
            _ = unsafe temporary.withPlatformString { unsafe unlink($0) }
            try write(bytes, to: temporary)
            guard try HostFiles.configuration(at: path) == content else {
                throw .changed(path: path)
            }
            try rethrowing(as: { HostFileError.notReplaced(path: path, errno: $0) }) {
                () throws(Errno) in
                try move(temporary)
                try syncDirectory()
            }
        } catch {
            _ = unsafe temporary.withPlatformString { unsafe unlink($0) }
            throw error
        }
    }

    /// Gives the new file its name. If there was none, a file or link that has the name now stays.
    private borrowing func move(_ temporary: FilePath) throws(Errno) {
        let isNew = content == nil
        let path = path
        func rename(_ call: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32) throws(Errno) {
            _ = try unsafe temporary.withPlatformString { from in
                unsafe path.withPlatformString { to in
                    systemCall { unsafe call(from, to) }
                }
            }.get()
        }
        do throws(Errno) {
            guard isNew else { return try unsafe rename { unsafe Glibc.rename($0, $1) } }
            try unsafe rename { unsafe linux_rename_new(AT_FDCWD, $0, $1) }
        } catch .invalidArgument where isNew {
            // /etc/pve cannot rename that way.
            try unsafe rename { unsafe Glibc.rename($0, $1) }
        }
    }

    private borrowing func write(_ bytes: [UInt8], to temporary: FilePath) throws(HostFileError) {
        let mode = try permissions()
        try rethrowing(as: { HostFileError.notReplaced(path: path, errno: $0) }) {
            () throws(Errno) in
            let created = unsafe temporary.withPlatformString { path in
                systemCall {
                    unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
                }
            }
            let file = OwnedDescriptor(takingOver: try created.get())
            let number = file.number
            let status = try file.status()
            // The umask may have taken something away. On /etc/pve every file has the mode that
            // the cluster gives it, and asking for another one is refused.
            if status.permissions.rawValue & 0o777 != mode { _ = fchmod(number, mode) }
            try file.write(bytes)
            _ = try systemCall { fsync(number) }.get()
        }
    }

    /// Those of the existing file.
    private borrowing func permissions() throws(HostFileError) -> mode_t {
        guard content != nil else { return 0o644 }
        do throws(Errno) {
            return try Stat(path).permissions.rawValue & 0o777
        } catch {
            throw .unreadable(path: path, errno: error)
        }
    }

    private borrowing func syncDirectory() throws(Errno) {
        let directory = try OwnedDescriptor(
            opening: path.removingLastComponent(),
            flags: O_RDONLY | O_DIRECTORY,
        )
        // A file system that cannot do this (/etc/pve among them) has its own way to be durable.
        _ = fsync(directory.number)
    }

    /// Without symbolic links; the path itself if nothing exists there.
    package static func resolved(_ path: FilePath) throws(HostFileError) -> FilePath {
        let resolved = unsafe path.withPlatformString { path -> CallOutcome<FilePath> in
            guard let text = unsafe realpath(path, nil) else {
                return .failure(Errno(rawValue: errno))
            }
            defer { unsafe free(text) }
            return .success(unsafe FilePath(platformString: text))
        }
        do throws(Errno) {
            return try resolved.get()
        } catch .noSuchFileOrDirectory {
            return path
        } catch {
            throw .unreadable(path: path, errno: error)
        }
    }
}

/// Held while a configuration file is read, changed and replaced: of two who change it at once,
/// neither loses what the other wrote.
///
/// The kernel's lock on a file next to it, which stays there; a process that dies releases it. It
/// is not on the configuration or its directory, because everybody who may read those could block
/// root.
struct ConfigurationLock: ~Copyable {
    private let descriptor: OwnedDescriptor

    /// - Parameter patience: how long to wait for its holder.
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
    /// - Returns: `false` if the file system has no locks, as NFS without a lock server.
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
