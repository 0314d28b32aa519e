import Glibc
import Planning
package import SystemPackage

/// The image to be added: a file, or what a pipe brings.
package struct ImageSource: ~Copyable {
    /// As the operator named it, for messages.
    package let name: String
    /// For progress; `nil` if the size is not known beforehand.
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

    /// What was read before.
    package init(_ download: Download) throws(HostError) {
        name = download.name
        byteCount = download.bytes.count
        let memory = try MemoryFile(name: "download")
        try memory.write(download.bytes)
        descriptor = try memory.rewound()
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

/// A file that an image is written to before it gets its name: hidden, so that nothing takes it for
/// a volume, and locked, so that others can tell it from one that was left over after an
/// interruption.
struct PartialFile: ~Copyable {
    let descriptor: OwnedDescriptor
    let name: String

    private static let prefix = ".add-"
    private static let suffix = ".partial"

    /// Between being made and being locked, a file looks like one that was left over, and another
    /// import may have removed it. It holds the lock while it does so, so the holder of the lock
    /// sees it.
    init(in directory: borrowing StoreDirectory) throws(Errno) {
        let number = UInt64.random(in: .min ... .max)
        let name = "\(Self.prefix)\(getpid())-\(String(number, radix: 36))\(Self.suffix)"
        let file = try Self.make(name, in: directory)
        let isThere: Bool
        do throws(Errno) {
            // On a file system without locks, nobody takes it for left over either.
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

    /// Removes what interrupted imports left in the directory: files that nobody has locked. If
    /// there are no locks, they stay until somebody removes them. A failure here does not stop the
    /// import of an image.
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
            // Still locked, so that the import that made it and waits for the lock knows that it is
            // gone.
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
