import CLinux
import Glibc
import SystemPackage

/// A file in memory that can be written until it is sealed, and never again (memfd_create(2)).
struct MemoryFile: ~Copyable {
    private let descriptor: OwnedDescriptor

    /// The longest name that memfd_create takes.
    static let maximumNameByteCount = 249

    /// - Parameter name: shown as `/memfd:NAME` in /proc/PID/fd and maps; cut if it is too long.
    init(name: String) throws(HostError) {
        let name = name.cut(toByteCount: Self.maximumNameByteCount)
        let flags = LINUX_MFD_CLOEXEC | LINUX_MFD_ALLOW_SEALING
        do throws(Errno) {
            do throws(Errno) {
                descriptor = try Self.create(name, flags | LINUX_MFD_NOEXEC_SEAL)
            } catch .invalidArgument {
                // Linux before 6.3 does not know the flag, and has no executable memory files to
                // guard against by policy.
                descriptor = try Self.create(name, flags)
            }
        } catch .noFunction {
            throw .kernelFeatureMissing(.sealedMemory, errno: .noFunction)
        } catch {
            throw .systemCallFailed(operation: "memfd_create", path: nil, errno: error)
        }
    }

    private static func create(_ name: String, _ flags: UInt32) throws(Errno) -> OwnedDescriptor {
        let number = unsafe name.withCString { name in
            systemCall { unsafe linux_memfd_create(name, flags) }
        }
        return OwnedDescriptor(takingOver: try number.get())
    }

    /// For programs that we start, while it is open here.
    var path: FilePath { get throws(HostError) { try descriptor.pathForChildren } }

    /// To be read from its beginning, by this process.
    consuming func rewound() throws(HostError) -> OwnedDescriptor {
        let number = descriptor.number
        guard lseek(number, 0, SEEK_SET) == 0 else {
            throw failure("lseek", Errno(rawValue: errno))
        }
        return descriptor
    }

    /// Makes it as long as this, filled with zeros.
    borrowing func extend(toByteCount byteCount: Int) throws(HostError) {
        try FileSizeLimit.require(byteCount)
        let number = descriptor.number
        try rethrowing(as: { failure("ftruncate", $0) }) { () throws(Errno) in
            _ = try systemCall { ftruncate(number, byteCount) }.get()
        }
    }

    borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
        try rethrowing(as: { failure("write", $0) }) { () throws(Errno) in
            unsafe try descriptor.write(bytes)
        }
    }

    borrowing func write(_ bytes: [UInt8]) throws(HostError) {
        try rethrowing(as: { failure("write", $0) }) { () throws(Errno) in
            try descriptor.write(bytes)
        }
    }

    /// Closes the writable descriptor.
    ///
    /// - Returns: the same file, open for reading only, with content that nobody can change any
    ///   more, not even root or a holder of another descriptor.
    consuming func sealed() throws(HostError) -> OwnedDescriptor {
        let number = descriptor.number
        try rethrowing(as: { failure("fchmod", $0) }) { () throws(Errno) in
            // Readable by every user that QEMU may change to: opening /proc/self/fd/N checks again.
            _ = try systemCall { fchmod(number, 0o444) }.get()
        }
        try addSeals()
        return try reopened()
    }

    private borrowing func addSeals() throws(HostError) {
        let number = descriptor.number
        let seals =
            LINUX_F_SEAL_SEAL | LINUX_F_SEAL_SHRINK | LINUX_F_SEAL_GROW | LINUX_F_SEAL_WRITE
        let found: Int32
        do throws(Errno) {
            _ = try systemCall { fcntl(number, LINUX_F_ADD_SEALS, seals) }.get()
            found = try systemCall { fcntl(number, LINUX_F_GET_SEALS) }.get()
        } catch .invalidArgument {
            throw .kernelFeatureMissing(.sealedMemory, errno: .invalidArgument)
        } catch {
            throw failure("seal", error)
        }
        guard found & seals == seals else {
            throw .kernelFeatureMissing(.sealedMemory, errno: .notSupported)
        }
    }

    /// A seal stops writing but not opening for writing, which QEMU would take for a writable
    /// image: what it inherits must be read-only itself.
    private borrowing func reopened() throws(HostError) -> OwnedDescriptor {
        try descriptor.reopened(as: FilePath("/proc/self/fd/\(descriptor.number)"))
    }
}

private func failure(_ operation: String, _ errno: Errno) -> HostError {
    .systemCallFailed(operation: "\(operation) of the memory file", path: nil, errno: errno)
}

/// Bytes in memory that nobody can change any more, root included: a sealed memory file, open for
/// reading, and its content as it is mapped.
struct SealedMemory: ~Copyable {
    /// Close-on-exec.
    let descriptor: OwnedDescriptor
    private let mapping: MappedMemory

    /// Everybody who may open `/proc/PID/fd/N` of this process (root, the same user) can write into
    /// the file until it is sealed. So what was put in proves nothing: what counts is read from
    /// here.
    ///
    /// - Parameter byteCount: how much we wrote, at least one byte.
    init(sealing memory: consuming MemoryFile, byteCount: Int) throws(HostError) {
        let descriptor = try memory.sealed()
        do throws(Errno) {
            guard try descriptor.status().size == byteCount else { throw .textFileBusy }
            mapping = try MappedMemory(of: descriptor, byteCount: byteCount)
        } catch .textFileBusy {
            throw .memoryFileChanged
        } catch {
            throw .systemCallFailed(operation: "mmap of the memory file", path: nil, errno: error)
        }
        self.descriptor = descriptor
    }

    /// A sealed copy of a text.
    ///
    /// - Parameter bytes: not empty.
    static func copy(of bytes: [UInt8], name: String) throws(HostError) -> SealedMemory {
        try FileSizeLimit.require(bytes.count)
        let memory = try MemoryFile(name: name)
        try memory.write(bytes)
        let sealed = try SealedMemory(sealing: memory, byteCount: bytes.count)
        let isSame = sealed.withBytes { copy in copy.indices.allSatisfy { copy[$0] == bytes[$0] } }
        guard isSame else { throw .memoryFileChanged }
        return sealed
    }

    borrowing func withBytes<Result: ~Copyable>(_ body: (Span<UInt8>) -> Result) -> Result {
        body(unsafe mapping.bytes.bindMemory(to: UInt8.self).span)
    }

    /// Its content.
    borrowing func copied() -> [UInt8] {
        withBytes { bytes in unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) } }
    }

    /// For programs that we start, while it is open here.
    var path: FilePath { get throws(HostError) { try descriptor.pathForChildren } }

    consuming func releaseDescriptor() -> OwnedDescriptor { descriptor }
}

extension OwnedDescriptor {
    /// A program gets no descriptor of ours, and may open what this one is, by our number. In a
    /// namespace of processes whose /proc is not mounted, that would be a file of somebody else's.
    fileprivate var pathForChildren: FilePath {
        get throws(HostError) {
            let path = FilePath("/proc/\(getpid())/fd/\(number)")
            _ = try reopened(as: path)
            return path
        }
    }

    /// The same file, open for reading only.
    fileprivate borrowing func reopened(as path: FilePath) throws(HostError) -> OwnedDescriptor {
        do throws(Errno) {
            let reopened = try OwnedDescriptor(opening: path, flags: O_RDONLY)
            // Something else than our proc may be mounted there.
            guard try reopened.status().isSameFile(as: status()) else {
                throw .noSuchFileOrDirectory
            }
            return reopened
        } catch .noSuchFileOrDirectory {
            throw .kernelFeatureMissing(.processFileSystem, errno: .noSuchFileOrDirectory)
        } catch {
            throw .systemCallFailed(operation: "open", path: path, errno: error)
        }
    }
}

/// The process's limit of file sizes (RLIMIT_FSIZE), which counts for files in memory too.
enum FileSizeLimit {
    /// A write beyond the limit ends the process by SIGXFSZ, without a message; and a signal that
    /// the launcher ignored would be one that QEMU ignores.
    static func require(_ byteCount: Int) throws(HostError) {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
            throw .systemCallFailed(
                operation: "getrlimit",
                path: nil,
                errno: Errno(rawValue: errno)
            )
        }
        guard UInt64(limit.rlim_cur) >= UInt64(clamping: byteCount) else {
            throw .fileSizeLimited(byteCount: byteCount, limit: UInt64(limit.rlim_cur))
        }
    }
}

/// The first bytes of a file, mapped to be read. An access beyond the end of a shortened file ends
/// the process, so it has to be a file that nobody can shorten.
@safe struct MappedMemory: ~Copyable {
    let bytes: UnsafeMutableRawBufferPointer

    /// - Parameter byteCount: at least one.
    init(of file: borrowing OwnedDescriptor, byteCount: Int) throws(Errno) {
        let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, file.number, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw Errno(rawValue: errno)
        }
        unsafe bytes = UnsafeMutableRawBufferPointer(start: address, count: byteCount)
    }

    deinit {
        _ = unsafe munmap(bytes.baseAddress, bytes.count)
    }
}
