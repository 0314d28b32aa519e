import CLinux
import Glibc
package import SystemPackage

/// launcher.conf as a file to be changed: read, edited as text, and replaced in one step.
package struct ConfigurationFile: Sendable {
    /// Without symbolic links, so that replacing it does not replace a link to a file that the
    /// cluster shares.
    package let path: FilePath
    /// `nil` where there is no such file yet.
    package let content: [UInt8]?

    package init(_ path: FilePath) throws(HostFileError) {
        content = try HostFiles.configuration(at: path)
        self.path = content == nil ? path : try Self.resolved(path)
    }

    /// Puts the new content in the file's place, whole and durable or not at all.
    ///
    /// - Throws: ``HostFileError/changed(path:)`` where somebody else has changed the file since
    ///   it was read.
    package func replace(with bytes: [UInt8]) throws(HostFileError) {
        let temporary = FilePath("\(path.string).\(getpid()).tmp")
        do throws(HostFileError) {
            try write(bytes, to: temporary)
            guard try HostFiles.configuration(at: path) == content else {
                throw .changed(path: path)
            }
            try failing { () throws(Errno) in
                _ = try unsafe temporary.withPlatformString { from in
                    unsafe path.withPlatformString { to in
                        systemCall { unsafe rename(from, to) }
                    }
                }.get()
                try syncDirectory()
            }
        } catch {
            _ = unsafe temporary.withPlatformString { unsafe unlink($0) }
            throw error
        }
    }

    private func write(_ bytes: [UInt8], to temporary: FilePath) throws(HostFileError) {
        let mode = try permissions()
        try failing { () throws(Errno) in
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

    /// Those of the file as it is.
    private func permissions() throws(HostFileError) -> mode_t {
        guard content != nil else { return 0o644 }
        do throws(Errno) {
            return try Stat(path).permissions.rawValue & 0o777
        } catch {
            throw .unreadable(path: path, errno: error)
        }
    }

    private func syncDirectory() throws(Errno) {
        let directory = try OwnedDescriptor(
            opening: path.removingLastComponent(),
            flags: O_RDONLY | O_DIRECTORY,
        )
        // A file system that cannot do this (/etc/pve among them) has its own way to be durable.
        _ = fsync(directory.number)
    }

    private static func resolved(_ path: FilePath) throws(HostFileError) -> FilePath {
        let resolved = unsafe path.withPlatformString { path -> FilePath? in
            guard let text = unsafe realpath(path, nil) else { return nil }
            defer { unsafe free(text) }
            return unsafe FilePath(platformString: text)
        }
        guard let resolved else { throw .unreadable(path: path, errno: Errno(rawValue: errno)) }
        return resolved
    }

    private func failing(_ call: () throws(Errno) -> Void) throws(HostFileError) {
        do { try call() } catch { throw .notReplaced(path: path, errno: error) }
    }
}
