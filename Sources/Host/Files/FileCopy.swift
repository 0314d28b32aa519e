import Glibc
package import SystemPackage

/// The bytes of a regular file in memory of our own, read by one thread or, part for part, by
/// several.
///
/// An array would do, but fresh memory comes in pages of 4 KiB, and taking a thousand of them from
/// the kernel costs four times as much as the copy (measured for 4 MiB: 3.3 ms, with huge pages
/// 0.7 ms). Mapping the file would be as fast, and end the process where somebody shortens it.
package struct FileCopy: ~Copyable, Sendable {
    private let path: FilePath
    private let descriptor: OwnedDescriptor
    private let memory: HugePages
    package let byteCount: Int

    /// Opens the file and reads nothing yet.
    ///
    /// - Parameter limit: of the file, in bytes.
    package init(opening path: FilePath, limit: Int) throws(HostFileError) {
        let file = try HostFiles.open(path, limit: limit)
        let byteCount = Int(file.status.size)
        memory = try rethrowing(as: { HostFileError.unreadable(path: path, errno: $0) }) {
            () throws(Errno) in
            try HugePages(byteCount: byteCount)
        }
        descriptor = file.releaseDescriptor()
        self.byteCount = byteCount
        self.path = path
    }

    /// Opens the file and reads all of it.
    package static func whole(_ path: FilePath, limit: Int) throws(HostFileError) -> FileCopy {
        let copy = try FileCopy(opening: path, limit: limit)
        try copy.read(0..<copy.byteCount)
        try copy.requireEnd()
        return copy
    }

    /// Reads these bytes. Several threads may do so for different ones.
    ///
    /// - Throws: ``HostFileError/changed(path:)`` where the file has become shorter.
    package borrowing func read(_ part: Range<Int>) throws(HostFileError) {
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
        do throws(Errno) {
            return unsafe try descriptor.read(into: buffer, at: offset)
        } catch {
            throw .unreadable(path: path, errno: error)
        }
    }

    /// All bytes; those that were not read are 0.
    package borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe memory.bytes.bindMemory(to: UInt8.self).span)
    }
}
