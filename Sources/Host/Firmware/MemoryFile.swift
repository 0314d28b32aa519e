import CLinux
import Glibc
import SystemPackage

/// A file in memory that can be written until it is sealed, and never again (memfd_create(2)).
struct MemoryFile: ~Copyable {
    private let descriptor: OwnedDescriptor

    /// The longest name that memfd_create takes.
    static let maximumNameByteCount = 249

    /// - Parameter name: shown as `/memfd:NAME` in /proc/PID/fd and maps; cut where too long.
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
    /// - Returns: the same file, open for reading only, with a content that nobody can change any
    ///   more, root and holders of other descriptors included.
    consuming func sealed() throws(HostError) -> OwnedDescriptor {
        let number = descriptor.number
        try rethrowing(as: { failure("fchmod", $0) }) { () throws(Errno) in
            // Readable by whatever user QEMU changes to: opening /proc/self/fd/N checks again.
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
        let path = FilePath("/proc/self/fd/\(descriptor.number)")
        do throws(Errno) {
            let reopened = try OwnedDescriptor(opening: path, flags: O_RDONLY)
            // Something else than proc may be mounted there.
            guard try reopened.status().isSameFile(as: descriptor.status()) else {
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

private func failure(_ operation: String, _ errno: Errno) -> HostError {
    .systemCallFailed(operation: "\(operation) of the memory file", path: nil, errno: errno)
}
