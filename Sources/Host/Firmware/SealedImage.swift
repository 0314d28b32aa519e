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
    private let memory: SealedMemory

    package var facts: SealedFacts {
        SealedFacts(byteCount: byteCount, digests: digests, proofs: proofs)
    }

    init(
        _ image: borrowing VerifiedImage,
        _ memory: consuming SealedMemory,
        digests: [Digest],
    ) {
        name = image.request.name
        path = image.path
        byteCount = image.byteCount
        self.digests = digests
        proofs = image.proofs
        writerProbe = image.writerProbe
        self.memory = memory
    }

    /// Gives the bytes to `body`: those that were hashed, mapped read-only. They cannot shrink below
    /// the mapping, because they are sealed, so reading them cannot fault.
    package borrowing func withBytes<Result: ~Copyable>(
        _ body: (Span<UInt8>) -> Result
    ) -> Result {
        memory.withBytes(body)
    }

    /// Only the sealed file.
    consuming func releaseDescriptor() -> OwnedDescriptor { memory.releaseDescriptor() }
}
