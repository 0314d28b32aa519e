import CLinux
import Glibc
package import SystemPackage

/// Whether somebody has the image open for writing, as far as the file system can tell.
package enum WriterProbe: Hashable, Sendable {
    case noWriter
    /// The file system has no leases (NFS, CephFS), or they are not ours to take.
    case unavailable(Errno)

    /// Takes a read lease and gives it back: the kernel grants one only where nobody has the file
    /// open for writing (fcntl(2), F_SETLEASE). It is a probe and not a protection, because
    /// overlayfs grants it beside a writer below; what protects the bytes is the sealed copy.
    ///
    /// - Returns: `nil` where there is a writer.
    /// - Throws: the `Errno` of returning the lease.
    init?(_ file: borrowing OwnedDescriptor) throws(Errno) {
        // Whoever opens the file in between breaks the lease, and the kernel says so with SIGIO,
        // which kills; SIGURG is ignored by default.
        guard fcntl(file.number, LINUX_F_SETSIG, SIGURG) != -1 else {
            self = .unavailable(Errno(rawValue: errno))
            return
        }
        guard fcntl(file.number, LINUX_F_SETLEASE, Int32(F_RDLCK)) != -1 else {
            let error = Errno(rawValue: errno)
            guard error != .resourceTemporarilyUnavailable else { return nil }
            self = .unavailable(error)
            return
        }
        let number = file.number
        _ = try systemCall { fcntl(number, LINUX_F_SETLEASE, Int32(F_UNLCK)) }.get()
        self = .noWriter
    }
}
