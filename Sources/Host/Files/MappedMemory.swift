import Glibc
import SystemPackage

/// The first bytes of a file, mapped to be read. To touch those that the file has no longer ends the
/// process, so the file is one that nobody can shorten.
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
