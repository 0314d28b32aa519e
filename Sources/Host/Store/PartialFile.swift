import Glibc
import SystemPackage

/// A file that an image is written to before it gets its name: hidden, so that nothing takes it
/// for a volume, and locked, so that others can tell it from one that an interruption left behind.
struct PartialFile: ~Copyable {
    let descriptor: OwnedDescriptor
    let name: String

    private static let prefix = ".add-"
    private static let suffix = ".partial"

    init(in directory: borrowing StoreDirectory) throws(Errno) {
        let number = UInt64.random(in: .min ... .max)
        name = "\(Self.prefix)\(getpid())-\(String(number, radix: 36))\(Self.suffix)"
        let path = name
        let parent = directory.descriptor.number
        let created = unsafe path.withCString { path in
            systemCall {
                // 0600: nobody reads half an image.
                unsafe openat(
                    parent,
                    path,
                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    0o600
                )
            }
        }
        descriptor = OwnedDescriptor(takingOver: try created.get())
        // Where there are no locks (NFS without them), leftovers stay until somebody removes them.
        _ = flock(descriptor.number, LOCK_EX | LOCK_NB)
    }

    /// Removes what interrupted imports left in the directory. Failing to is no reason not to add
    /// an image.
    static func removeLeftovers(in directory: borrowing StoreDirectory) {
        do throws(Errno) {
            for name in try DirectoryListing.names(in: directory.descriptor)
            where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
                let file = try OwnedDescriptor(
                    opening: FilePath(name),
                    in: directory.descriptor.number,
                    flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
                )
                guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else { continue }
                try directory.remove(name)
            }
        } catch {
            return
        }
    }
}
