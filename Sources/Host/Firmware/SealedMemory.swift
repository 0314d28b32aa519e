import Glibc
import SystemPackage

/// Bytes in memory that nobody can change any more, root included: a sealed memory file, open for
/// reading, and its content as it is mapped.
struct SealedMemory: ~Copyable {
    /// Close-on-exec.
    let descriptor: OwnedDescriptor
    private let mapping: MappedMemory

    /// Whoever may open `/proc/PID/fd/N` of this process (root, the same user) can write into the
    /// file until it is sealed. So nothing is concluded from what was put in: what counts is read
    /// from here.
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

    consuming func releaseDescriptor() -> OwnedDescriptor { descriptor }
}
