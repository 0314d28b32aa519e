package import SystemPackage

/// Whether somebody has the image open for writing, as far as the file system can tell.
package enum WriterProbe: Hashable, Sendable {
    case noWriter
    /// The file system has no leases (NFS, CephFS), or they are not ours to take.
    case unavailable(Errno)

    /// Takes a read lease and gives it back. It is a probe and not a protection, because overlayfs
    /// grants it beside a writer below; what protects the bytes is the sealed copy.
    ///
    /// - Returns: `nil` where there is a writer.
    /// - Throws: the `Errno` of returning the lease.
    init?(_ file: borrowing OwnedDescriptor) throws(Errno) {
        do throws(Errno) {
            try file.takeReadLease()
        } catch {
            guard error != .resourceTemporarilyUnavailable else { return nil }
            self = .unavailable(error)
            return
        }
        try file.returnLease()
        self = .noWriter
    }
}
