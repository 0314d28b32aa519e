import CLinux
import Glibc
import SystemPackage

/// A file descriptor with one owner, closed when the owner lets go of it.
package struct OwnedDescriptor: ~Copyable {
    package let number: Int32

    /// Takes over `number`, which must be open and owned by nobody else.
    package init(takingOver number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    /// Gives the descriptor away: it stays open and is no longer ours.
    package consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}

/// How a path may be walked, after openat2(2).
struct Resolution: OptionSet {
    let rawValue: UInt64

    static let beneath = Resolution(rawValue: LINUX_RESOLVE_BENEATH)
    static let withoutSymbolicLinks = Resolution(rawValue: LINUX_RESOLVE_NO_SYMLINKS)
    /// Neither may a link of /proc be followed, which leads anywhere without being a path.
    static let withoutMagicLinks = Resolution(rawValue: LINUX_RESOLVE_NO_MAGICLINKS)
}

extension OwnedDescriptor {
    /// Opens `path`, always close-on-exec: what QEMU inherits is chosen in one place only.
    ///
    /// - Parameter directory: where a relative path begins.
    /// - Parameter flags: `O_…` of open(2).
    init(
        opening path: FilePath,
        in directory: Int32 = AT_FDCWD,
        flags: Int32,
        resolution: Resolution = [],
    ) throws(Errno) {
        let number = unsafe path.withPlatformString { path in
            systemCall {
                unsafe linux_openat2(
                    directory,
                    path,
                    UInt64(flags | O_CLOEXEC),
                    resolution.rawValue
                )
            }
        }
        self.init(takingOver: try number.get())
    }

    /// - Throws: the `Errno` of fstat(2).
    borrowing func status() throws(Errno) -> Stat {
        try Stat(of: self)
    }
}

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
    /// - Returns: the content; `nil` if it is longer than `limit` bytes.
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

extension OwnedDescriptor {
    /// Takes a read lease (fcntl(2), F_SETLEASE), which the kernel grants only if nobody has the
    /// file open for writing. Everybody who then opens it for writing, or truncates it, waits until
    /// the lease is returned or the descriptor is closed.
    ///
    /// - Throws: EAGAIN if there is a writer; something else if the file system has no leases
    ///   (NFS, CephFS), or they are not ours to take.
    borrowing func takeReadLease() throws(Errno) {
        let number = number
        // If somebody opens the file meanwhile, the lease is broken, and the kernel sends SIGIO,
        // which kills; SIGURG is ignored by default.
        _ = try systemCall { fcntl(number, LINUX_F_SETSIG, SIGURG) }.get()
        _ = try systemCall { fcntl(number, LINUX_F_SETLEASE, Int32(F_RDLCK)) }.get()
    }

    borrowing func returnLease() throws(Errno) {
        let number = number
        _ = try systemCall { fcntl(number, LINUX_F_SETLEASE, Int32(F_UNLCK)) }.get()
    }
}

// swift-system's own initializers pass a `Result` around, which costs a search of every
// conformance in the executable; see ``CallOutcome``.
extension Stat {
    /// - Throws: the `Errno` of fstatat(2).
    init(at path: FilePath, followingLinks: Bool = true) throws(Errno) {
        var status = stat()
        let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
        _ = unsafe try path.withPlatformString { path in
            systemCall { unsafe fstatat(AT_FDCWD, path, &status, flags) }
        }.get()
        self.init(rawValue: status)
    }

    /// - Throws: the `Errno` of fstat(2).
    init(of descriptor: borrowing OwnedDescriptor) throws(Errno) {
        var status = stat()
        let number = descriptor.number
        _ = try systemCall { unsafe fstat(number, &status) }.get()
        self.init(rawValue: status)
    }
}
