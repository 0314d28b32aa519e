import Glibc
package import SystemPackage

/// The bytes of a regular file, which stay what they are as long as this value is held. Several
/// threads may read and look at different parts.
///
/// Where the kernel grants a lease, nobody changes the file meanwhile, and it is mapped. Elsewhere
/// it is copied: whoever shortens a mapped file ends the process that looks at it. The copy is of
/// huge pages, because taking a thousand small ones from the kernel costs four times as much as
/// copying (measured for 4 MiB: 3.3 ms, with huge pages 0.7 ms, mapped 0.3 ms).
///
/// Good for looking at an image. A launch needs ``SealedCopy``: overlayfs grants a lease beside a
/// writer below.
package struct HeldFile: ~Copyable, Sendable {
    private let path: FilePath
    /// Has the lease, where there is one.
    private let descriptor: OwnedDescriptor
    private let memory: MappedMemory
    private let isMapped: Bool
    package let byteCount: Int

    /// Opens the file; ``read(_:)`` comes before a look at its bytes.
    ///
    /// - Parameters:
    ///   - limit: of the file, in bytes.
    ///   - isCopied: whatever the kernel would grant.
    package init(
        opening path: FilePath,
        limit: Int,
        isCopied: Bool = false,
    ) throws(HostFileError) {
        let file = try HostFiles.open(path, limit: limit)
        let byteCount = Int(file.status.size)
        let descriptor = file.releaseDescriptor()
        let isMapped = !isCopied && byteCount > 0 && Self.isLeased(descriptor)
        // It may have been cut short before the lease.
        if isMapped, try Self.byteCount(of: descriptor, path) != byteCount {
            throw .changed(path: path)
        }
        memory = try rethrowing(as: { HostFileError.unreadable(path: path, errno: $0) }) {
            () throws(Errno) in
            isMapped
                ? try MappedMemory(of: descriptor, byteCount: byteCount)
                : try MappedMemory(byteCount: byteCount)
        }
        self.isMapped = isMapped
        self.descriptor = descriptor
        self.byteCount = byteCount
        self.path = path
    }

    /// Opens the file and reads all of it.
    package static func whole(_ path: FilePath, limit: Int) throws(HostFileError) -> HeldFile {
        let file = try HeldFile(opening: path, limit: limit)
        try file.read(0..<file.byteCount)
        try file.requireEnd()
        return file
    }

    private static func byteCount(
        of file: borrowing OwnedDescriptor,
        _ path: FilePath,
    ) throws(HostFileError) -> Int {
        try rethrowing(as: { HostFileError.unreadable(path: path, errno: $0) }) {
            () throws(Errno) in
            Int(try file.status().size)
        }
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

extension HeldFile {
    /// Reads these bytes, where they are not there already.
    ///
    /// - Throws: ``HostFileError/changed(path:)`` where the file has become shorter.
    package borrowing func read(_ part: Range<Int>) throws(HostFileError) {
        guard !isMapped else { return }
        var rest = part
        while !rest.isEmpty {
            let buffer = unsafe UnsafeMutableRawBufferPointer(rebasing: memory.bytes[rest])
            let count = unsafe try read(into: buffer, at: rest.lowerBound)
            guard count > 0 else { throw .changed(path: path) }
            rest = rest.dropFirst(count)
        }
    }

    /// - Throws: ``HostFileError/changed(path:)`` where the file has become longer.
    package borrowing func requireEnd() throws(HostFileError) {
        let count = unsafe try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) {
            buffer throws(HostFileError) in
            unsafe try read(into: buffer, at: byteCount)
        }
        guard count == 0 else { throw .changed(path: path) }
    }

    private borrowing func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int,
    ) throws(HostFileError) -> Int {
        let path = path
        return try rethrowing(as: { HostFileError.unreadable(path: path, errno: $0) }) {
            () throws(Errno) in
            unsafe try descriptor.read(into: buffer, at: offset)
        }
    }

    /// All bytes; those of a copy that were not read are 0.
    package borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe memory.bytes.bindMemory(to: UInt8.self).span)
    }
}
