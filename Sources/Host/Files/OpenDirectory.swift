import CLinux
import Glibc
import SystemPackage

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

    /// - Parameter name: one component; `.` is the directory itself, by a descriptor of its own.
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
