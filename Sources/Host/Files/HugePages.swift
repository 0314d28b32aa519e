import Glibc
import SystemPackage

/// Fresh memory, of huge pages where the kernel has some.
///
/// Sendable for those who write to it before anybody else knows of it.
@safe struct HugePages: ~Copyable, @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer
    private let mapping: UnsafeMutableRawBufferPointer

    /// Of x86-64.
    private static let pageByteCount = 2 << 20

    init(byteCount: Int) throws(Errno) {
        // Room to begin at the start of a huge page, and to end at the end of one.
        let pages = byteCount / Self.pageByteCount + 2
        let length = pages * Self.pageByteCount
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        let address = unsafe mmap(nil, length, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw Errno(rawValue: errno)
        }
        // A kernel without them gives small ones.
        _ = unsafe madvise(address, length, MADV_HUGEPAGE)
        unsafe mapping = UnsafeMutableRawBufferPointer(start: address, count: length)
        let start = Self.pageByteCount - Int(bitPattern: address) & (Self.pageByteCount - 1)
        unsafe bytes = UnsafeMutableRawBufferPointer(rebasing: mapping[start..<start + byteCount])
    }

    deinit {
        _ = unsafe munmap(mapping.baseAddress, mapping.count)
    }
}
