package import Planning
package import SystemPackage

/// An image whose file may be trusted as far as a file can be: what is left is to read it.
/// Only ``verify(_:)`` makes one, and only ``seal(_:)`` takes it.
package struct VerifiedImage: ~Copyable {
    package let request: ImageRequest
    /// Where it was found; for messages, never to be opened again.
    package let path: FilePath
    package let byteCount: Int
    /// Which of the accepted proofs hold: at least one for a volume, any or none for stock
    /// firmware.
    package let proofs: [ReadOnlyProof]
    package let writerProbe: WriterProbe
    let descriptor: OwnedDescriptor
}
