import Glibc
import SystemPackage

/// Memory of its own mapping.
///
/// Sendable for those who write to it before anybody else knows of it.
@safe struct MappedMemory: ~Copyable, @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer
    private let mapping: UnsafeMutableRawBufferPointer

    /// Of x86-64.
    private static let hugePageByteCount = 2 << 20

    /// Fresh memory, of huge pages where the kernel has some.
    init(byteCount: Int) throws(Errno) {
        // Room to begin at the start of a huge page, and to end at the end of one.
        let pages = byteCount / Self.hugePageByteCount + 2
        unsafe mapping = try Self.map(
            pages * Self.hugePageByteCount,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS
        )
        // A kernel without them gives small ones.
        _ = unsafe madvise(mapping.baseAddress, mapping.count, MADV_HUGEPAGE)
        let address = unsafe Int(bitPattern: mapping.baseAddress)
        let start = Self.hugePageByteCount - address & (Self.hugePageByteCount - 1)
        unsafe bytes = UnsafeMutableRawBufferPointer(rebasing: mapping[start..<start + byteCount])
    }

    /// The first bytes of a file, at least one, not to be written. To touch those that the file has
    /// no longer ends the process.
    init(of file: borrowing OwnedDescriptor, byteCount: Int) throws(Errno) {
        unsafe mapping = try Self.map(byteCount, PROT_READ, MAP_PRIVATE, file.number)
        unsafe bytes = unsafe mapping
    }

    deinit {
        _ = unsafe munmap(mapping.baseAddress, mapping.count)
    }

    private static func map(
        _ byteCount: Int,
        _ protection: Int32,
        _ flags: Int32,
        _ file: Int32 = -1,
    ) throws(Errno) -> UnsafeMutableRawBufferPointer {
        let address = unsafe mmap(nil, byteCount, protection, flags, file, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw Errno(rawValue: errno)
        }
        return unsafe UnsafeMutableRawBufferPointer(start: address, count: byteCount)
    }
}
