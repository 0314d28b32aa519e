import Glibc
import Planning
package import SystemPackage

/// The image to be added: a file, or what a pipe brings.
package struct ImageSource: ~Copyable {
    /// As the operator named it, for messages.
    package let name: String
    /// For progress; `nil` where the size is not known beforehand.
    package let byteCount: Int?
    let descriptor: OwnedDescriptor

    package init(_ path: FilePath) throws(StoreError) {
        let source = path.string
        let unreadable = { StoreError.sourceUnreadable(source: source, errno: $0) }
        let opened = try rethrowing(as: unreadable) { () throws(Errno) in
            try OwnedDescriptor(opening: path, flags: O_RDONLY | O_NOCTTY)
        }
        let status = try rethrowing(as: unreadable) { () throws(Errno) in
            try opened.status()
        }
        guard status.type != .directory else { throw unreadable(.isDirectory) }
        name = source
        byteCount = status.type == .regular ? Int(exactly: status.size) : nil
        descriptor = opened
    }

    /// - Returns: what was read; 0 at the end.
    borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Int {
        do throws(Errno) {
            return unsafe try descriptor.read(into: buffer)
        } catch {
            throw .sourceUnreadable(source: name, errno: error)
        }
    }
}

/// A file that an image is written to before it gets its name: hidden, so that nothing takes it
/// for a volume, and locked, so that others can tell it from one that an interruption left behind.
struct PartialFile: ~Copyable {
    let descriptor: OwnedDescriptor
    let name: String

    private static let prefix = ".add-"
    private static let suffix = ".partial"

    /// Between being made and being locked, a file looks like one that was left behind, and another
    /// import may have removed it. It does so with the lock, so whoever has that sees it.
    init(in directory: borrowing StoreDirectory) throws(Errno) {
        let number = UInt64.random(in: .min ... .max)
        let name = "\(Self.prefix)\(getpid())-\(String(number, radix: 36))\(Self.suffix)"
        let file = try Self.make(name, in: directory)
        let isThere: Bool
        do throws(Errno) {
            // Where there are no locks, nobody takes it for left behind either.
            try file.lock(LOCK_EX)
            isThere = try file.status().linkCount > 0
        } catch {
            Self.discard(name, in: directory)
            throw error
        }
        guard isThere else {
            self = try PartialFile(in: directory)
            return
        }
        self.name = name
        descriptor = file
    }

    private static func make(
        _ name: String,
        in directory: borrowing StoreDirectory,
    ) throws(Errno) -> OwnedDescriptor {
        let parent = directory.descriptor.number
        let created = unsafe name.withCString { name in
            systemCall {
                // 0600: nobody reads half an image.
                unsafe openat(
                    parent,
                    name,
                    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    0o600
                )
            }
        }
        return OwnedDescriptor(takingOver: try created.get())
    }

    /// Removes what interrupted imports left in the directory: what nobody has the lock of. Where
    /// there are no locks it stays until somebody removes it. Failing to is no reason not to add an
    /// image.
    static func removeLeftovers(in directory: borrowing StoreDirectory) {
        do throws(Errno) {
            for name in try DirectoryListing.names(in: directory.descriptor)
            where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
                removeLeftover(name, in: directory)
            }
        } catch {
            return
        }
    }

    private static func removeLeftover(_ name: String, in directory: borrowing StoreDirectory) {
        do throws(Errno) {
            let file = try OwnedDescriptor(
                opening: FilePath(name),
                in: directory.descriptor.number,
                flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
            )
            guard try file.lock(LOCK_EX | LOCK_NB) else { return }
            // Still locked, so that whoever made it and waits for the lock knows that it is gone.
            try directory.remove(name)
            withExtendedLifetime(file) {}
        } catch {
            return
        }
    }

    private static func discard(_ name: String, in directory: borrowing StoreDirectory) {
        do throws(Errno) { try directory.remove(name) } catch { return }
    }
}
