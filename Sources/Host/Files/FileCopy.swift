import Glibc
package import SystemPackage

/// The bytes of a regular file, in memory of our own.
///
/// An array would do, but fresh memory comes in pages of 4 KiB, and taking a thousand of them from
/// the kernel costs four times as much as the copy (measured for 4 MiB: 3.3 ms, with huge pages
/// 0.7 ms). Mapping the file would be as fast, and end the process where somebody shortens it.
package struct FileCopy: ~Copyable, Sendable {
    private let memory: HugePages
    package let byteCount: Int

    /// - Parameter limit: of the file, in bytes.
    /// - Throws: ``HostFileError/changed(path:)`` where the file has another length when it is read
    ///   than when it was opened.
    package init(of path: FilePath, limit: Int) throws(HostFileError) {
        let file = try HostFiles.open(path, limit: limit)
        let byteCount = Int(file.status.size)
        let memory: HugePages
        do throws(Errno) {
            // One byte more tells a file that has grown.
            memory = try HugePages(byteCount: byteCount + 1)
        } catch {
            throw .unreadable(path: path, errno: error)
        }
        let count: Int
        do throws(Errno) {
            count = unsafe try file.descriptor.read(filling: memory.bytes)
        } catch {
            throw .unreadable(path: path, errno: error)
        }
        guard count == byteCount else { throw .changed(path: path) }
        self.memory = memory
        self.byteCount = byteCount
    }

    package borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: memory.bytes[..<byteCount])
        return try body(unsafe bytes.bindMemory(to: UInt8.self).span)
    }
}

extension OwnedDescriptor {
    /// Reads until `buffer` is full or the file ends.
    ///
    /// - Returns: the number of bytes.
    fileprivate borrowing func read(
        filling buffer: UnsafeMutableRawBufferPointer
    ) throws(Errno) -> Int {
        var rest = unsafe buffer[...]
        while unsafe !rest.isEmpty {
            let count = unsafe try read(into: UnsafeMutableRawBufferPointer(rebasing: rest))
            guard count > 0 else { break }
            unsafe rest = rest.dropFirst(count)
        }
        return unsafe buffer.count - rest.count
    }
}
