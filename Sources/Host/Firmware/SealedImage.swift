import Glibc
package import Planning
package import SystemPackage

/// The verified bytes, in memory, where nobody can change them: what was hashed is what QEMU maps.
/// Only ``seal(_:)`` makes one.
package struct SealedImage: ~Copyable {
    /// The volume ID, or the path of stock firmware.
    package let name: String
    /// The file it was read from; for messages.
    package let path: FilePath
    package let byteCount: Int
    /// One for each algorithm that was pinned; all pins match.
    package let digests: [Digest]
    package let proofs: [ReadOnlyProof]
    package let writerProbe: WriterProbe
    let descriptor: OwnedDescriptor

    package var facts: SealedFacts {
        SealedFacts(byteCount: byteCount, digests: digests, proofs: proofs)
    }

    init(_ image: borrowing VerifiedImage, _ copy: consuming SealedCopy) {
        name = image.request.name
        path = image.path
        byteCount = image.byteCount
        digests = copy.digests
        proofs = image.proofs
        writerProbe = image.writerProbe
        descriptor = copy.releaseDescriptor()
    }

    /// Gives the bytes to `body`, mapped read-only until it returns. They cannot shrink below the
    /// mapping, because they are sealed, so reading them cannot fault.
    package borrowing func withBytes<Result: ~Copyable>(
        _ body: (Span<UInt8>) -> Result
    ) throws(HostError) -> Result {
        let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor.number, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw .systemCallFailed(
                operation: "mmap",
                path: nil,
                errno: Errno(rawValue: errno)
            )
        }
        defer { _ = unsafe munmap(address, byteCount) }
        let bytes = unsafe UnsafeRawBufferPointer(start: address, count: byteCount)
        return body(unsafe bytes.bindMemory(to: UInt8.self).span)
    }
}
