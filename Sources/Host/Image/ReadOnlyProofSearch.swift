import CLinux
import Glibc
import Planning
package import SystemPackage

extension ReadOnlyProof {
    /// Every proof that holds for an open file, in the order of their declaration.
    ///
    /// - Throws: the `Errno` of fstatvfs(3) or statx(2).
    static func holding(
        for file: borrowing OwnedDescriptor,
        _ status: Stat,
    ) throws(Errno) -> [ReadOnlyProof] {
        let number = file.number
        var fileSystem = statvfs()
        _ = try systemCall { unsafe fstatvfs(number, &fileSystem) }.get()
        var attributes: UInt64 = 0
        _ = try systemCall { unsafe linux_statx_attributes(number, &attributes) }.get()

        return allCases.filter { proof in
            switch proof {
            case .mode:
                status.permissions.isDisjoint(with: [.ownerWrite, .groupWrite, .otherWrite])
            case .mount: fileSystem.f_flag & UInt(ST_RDONLY) != 0
            case .immutable: attributes & LINUX_STATX_ATTR_IMMUTABLE != 0
            case .verity: attributes & LINUX_STATX_ATTR_VERITY != 0
            }
        }
    }
}

/// Whether somebody has the image open for writing, as far as the file system can tell.
package enum WriterProbe: Hashable, Sendable {
    case noWriter
    /// The file system has no leases (NFS, CephFS), or they are not ours to take.
    case unavailable(Errno)

    /// Takes a read lease and gives it back. It is a probe and not a protection, because overlayfs
    /// grants it although there is a writer below; the sealed copy protects the bytes.
    ///
    /// - Returns: `nil` if there is a writer.
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
