import CLinux
import Glibc
package import SystemPackage

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

/// The bytes of a regular file, which stay what they are as long as this value is held. Several
/// threads may look at them.
///
/// Where the kernel grants a lease, nobody changes the file meanwhile, and it is mapped. Elsewhere
/// it is copied: whoever shortens a mapped file ends the process that looks at it. The copy is of
/// huge pages, because taking a thousand small ones from the kernel costs four times as much as
/// copying (measured for 4 MiB: 3.3 ms, with huge pages 0.7 ms, mapped 0.3 ms).
///
/// Good for looking at an image. A launch needs ``SealedCopy``: overlayfs grants a lease beside a
/// writer below.
package struct HeldFile: ~Copyable, Sendable {
    private let memory: MappedMemory
    /// Has the lease, where there is one.
    private let descriptor: OwnedDescriptor
    package let byteCount: Int

    /// - Parameters:
    ///   - limit: of the file, in bytes.
    ///   - isCopied: whatever the kernel would grant.
    /// - Throws: ``HostFileError/changed(path:)`` where the file becomes shorter or longer before
    ///   it is held.
    package init(
        opening path: FilePath,
        limit: Int,
        isCopied: Bool = false,
    ) throws(HostFileError) {
        let file = try HostFiles.open(path, limit: limit)
        let byteCount = Int(file.status.size)
        let descriptor = file.releaseDescriptor()
        let isMapped = !isCopied && byteCount > 0 && Self.isLeased(descriptor)
        let memory = try rethrowing(as: { HostFileError.unreadable(path: path, errno: $0) }) {
            () throws(Errno) in
            isMapped
                ? try MappedMemory(of: descriptor, byteCount: byteCount)
                : try MappedMemory(byteCount: byteCount)
        }
        let held =
            try rethrowing(as: { HostFileError.unreadable(path: path, errno: $0) }) {
                () throws(Errno) in
                isMapped
                    ? Int(try descriptor.status().size)
                    : unsafe try descriptor.readAll(into: memory.bytes)
            }
        guard held == byteCount else { throw .changed(path: path) }
        self.memory = memory
        self.descriptor = descriptor
        self.byteCount = byteCount
    }

    package borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe memory.bytes.bindMemory(to: UInt8.self).span)
    }

    private static func isLeased(_ file: borrowing OwnedDescriptor) -> Bool {
        do throws(Errno) {
            try file.takeReadLease()
            return true
        } catch {
            return false
        }
    }
}

extension OwnedDescriptor {
    /// Fills the buffer from the file's start.
    ///
    /// - Returns: the number of bytes: fewer where the file ends before the buffer, one more where
    ///   it goes on behind it.
    fileprivate borrowing func readAll(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(Errno) -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = unsafe try read(into: rest)
            guard count > 0 else { return filled }
            filled += count
        }
        let isMore = try !read(atMost: 1).isEmpty
        return filled + (isMore ? 1 : 0)
    }
}
