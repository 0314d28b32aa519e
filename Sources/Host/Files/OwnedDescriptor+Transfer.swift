import Glibc
import SystemPackage

extension OwnedDescriptor {
    /// Reads what one read(2) yields, at most what `buffer` holds.
    ///
    /// - Returns: the number of bytes; 0 at the end of the file.
    borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
        let number = number
        return try systemCall {
            unsafe Glibc.read(number, buffer.baseAddress, buffer.count)
        }.get()
    }

    /// What one read(2) yields.
    borrowing func read(atMost count: Int) throws(Errno) -> [UInt8] {
        guard count > 0 else { return [] }
        var failure: Errno?
        let content = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(Errno) {
                filled = unsafe try read(into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return content
    }

    /// Writes all of `bytes`, in as many write(2) as it takes.
    borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
        let number = number
        var rest = unsafe bytes[...]
        while unsafe !rest.isEmpty {
            let chunk = unsafe UnsafeRawBufferPointer(rebasing: rest)
            let count = try systemCall {
                unsafe Glibc.write(number, chunk.baseAddress, chunk.count)
            }.get()
            unsafe rest = rest.dropFirst(count)
        }
    }

    borrowing func write(_ bytes: [UInt8]) throws(Errno) {
        let written: Result<Void, Errno> = unsafe bytes.withUnsafeBytes { bytes in
            do throws(Errno) {
                return .success(unsafe try write(bytes))
            } catch {
                return .failure(error)
            }
        }
        try written.get()
    }

    /// Reads to the end of the file, whatever size the file system says it has: that of a file in
    /// /proc or /etc/pve may be 0.
    ///
    /// - Parameter expected: how many bytes there probably are.
    /// - Returns: the content; `nil` where it is longer than `limit` bytes.
    borrowing func readToEnd(limit: Int, expecting expected: Int = 0) throws(Errno) -> [UInt8]? {
        var content = try read(atMost: min(max(expected, 0), limit))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { unsafe buffer.deallocate() }
        while true {
            let count = unsafe try read(into: buffer)
            guard count > 0 else { return content }
            guard content.count + count <= limit else { return nil }
            unsafe content.append(contentsOf: buffer[..<count])
        }
    }
}
