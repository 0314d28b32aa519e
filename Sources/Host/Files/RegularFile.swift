import CLinux
import Glibc
import SystemPackage

/// A regular file, open for reading.
struct RegularFile: ~Copyable {
    let descriptor: OwnedDescriptor
    let status: Stat

    enum OpenError: Error, Equatable {
        case notRegular(FileType)
        /// Between looking and opening, another file took the name.
        case replaced
        case failed(Errno)
    }

    /// Opens in two steps: opening a named pipe waits for its writer and opening a device may act
    /// on it, so the first step only looks (`O_PATH`), and the second opens what was seen.
    ///
    /// - Parameter directory: where a relative path begins.
    init(
        opening path: FilePath,
        in directory: Int32 = AT_FDCWD,
        followingLinks: Bool = true,
        resolution: Resolution = [],
    ) throws(OpenError) {
        let links = followingLinks ? 0 : O_NOFOLLOW
        let seen = try rethrowing(as: OpenError.failed) { () throws(Errno) in
            try OwnedDescriptor(
                opening: path,
                in: directory,
                flags: LINUX_O_PATH | links,
                resolution: resolution
            ).status()
        }
        guard seen.type == .regular else { throw .notRegular(seen.type) }

        let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | links
        let descriptor = try rethrowing(as: OpenError.failed) { () throws(Errno) in
            try OwnedDescriptor(opening: path, in: directory, flags: flags, resolution: resolution)
        }
        let status = try rethrowing(as: OpenError.failed) { () throws(Errno) in
            try descriptor.status()
        }
        guard status.isSameFile(as: seen) else { throw .replaced }
        self.descriptor = descriptor
        self.status = status
    }

    /// Only the open file, without what is known of it.
    consuming func releaseDescriptor() -> OwnedDescriptor {
        descriptor
    }
}

/// A directory held open, so that what is below it is found from here and not from a path.
struct OpenDirectory: ~Copyable {
    let descriptor: OwnedDescriptor
    /// For messages.
    let path: FilePath
    let status: Stat

    /// Follows symbolic links.
    init(_ path: FilePath) throws(Errno) {
        let descriptor = try OwnedDescriptor(opening: path, flags: LINUX_O_PATH | O_DIRECTORY)
        status = try descriptor.status()
        self.path = path
        self.descriptor = descriptor
    }

    /// - Parameter name: one component; `.` is the directory itself, with a separate descriptor.
    init(
        _ name: String,
        in parent: borrowing OpenDirectory,
        resolution: Resolution,
    ) throws(Errno) {
        let descriptor = try OwnedDescriptor(
            opening: FilePath(name),
            in: parent.descriptor.number,
            flags: LINUX_O_PATH | O_DIRECTORY,
            resolution: resolution,
        )
        status = try descriptor.status()
        path = name == "." ? parent.path : parent.path.appending(name)
        self.descriptor = descriptor
    }
}
