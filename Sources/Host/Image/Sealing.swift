package import Planning
package import SystemPackage

import struct Crypto.SHA256
import struct Crypto.SHA384
import struct Crypto.SHA512

/// Copies the image into memory, seals the copy, and only then hashes its content, through the
/// descriptor that QEMU will get: the digest shows if anything else was written before the seal.
package func seal(_ image: consuming VerifiedImage) throws(VerificationError) -> SealedImage {
    let request = image.request
    let sealed = try rethrowing(as: { VerificationError(request, $0) }) {
        () throws(VerificationError.Cause) in
        try image.sealedCopy()
    }
    let pinned = request.pins.map { $0.digest.algorithm }
    let digests = sealed.withBytes { ImageDigester.digests(of: $0, by: pinned) }
    try requirePins(of: request, among: digests)
    return SealedImage(image, sealed, digests: digests)
}

extension VerifiedImage {
    /// How much is read at a time.
    private static let chunkByteCount = 256 << 10

    /// - Throws: if the file does not have the size that it had when it was verified.
    fileprivate borrowing func sealedCopy() throws(VerificationError.Cause) -> SealedMemory {
        try rethrowing(as: VerificationError.Cause.host) { () throws(HostError) in
            // A file that has grown is found out one chunk later.
            try FileSizeLimit.require(byteCount + Self.chunkByteCount)
        }
        let memory = try rethrowing(as: VerificationError.Cause.host) { () throws(HostError) in
            try MemoryFile(name: memoryFileName)
        }
        let copied = try rethrowing(as: VerificationError.Cause.host) { () throws(HostError) in
            try copy(to: memory)
        }
        guard copied == byteCount else {
            throw .changedWhileRead(path: path, expected: byteCount, found: copied)
        }
        do throws(HostError) {
            return try SealedMemory(sealing: memory, byteCount: copied)
        } catch {
            throw .host(error)
        }
    }

    /// - Returns: how many bytes were read: more than the image has if its file has grown; then
    ///   reading stopped early.
    private borrowing func copy(to memory: borrowing MemoryFile) throws(HostError) -> Int {
        let chunk = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.chunkByteCount,
            alignment: 64,
        )
        defer { unsafe chunk.deallocate() }
        var copied = 0
        while copied <= byteCount {
            let path = path
            let count = try rethrowing(as: {
                HostError.systemCallFailed(operation: "read", path: path, errno: $0)
            }) { () throws(Errno) in
                unsafe try descriptor.read(into: chunk)
            }
            guard count > 0 else { break }
            unsafe try memory.write(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
            copied += count
        }
        return copied
    }

    /// Shown in /proc/PID/fd of the running VM: which image it runs, and its digest.
    private var memoryFileName: String {
        request.pins.reduce(into: request.name) { $0 += " \($1.digest)" }
    }
}

/// Every pin has to match; without one there is nothing to trust.
private func requirePins(
    of request: ImageRequest,
    among digests: [Digest],
) throws(VerificationError) {
    guard !request.pins.isEmpty else { throw .notPinned(request, digests) }
    for pin in request.pins where !digests.contains(pin.digest) {
        throw VerificationError(
            request,
            .checksumDiffers(
                expected: pin.digest,
                found: digests.first { $0.algorithm == pin.digest.algorithm },
                origin: pin.origin,
            )
        )
    }
}

extension VerificationError {
    fileprivate static func notPinned(
        _ request: ImageRequest,
        _ digests: [Digest],
    ) -> VerificationError {
        let found = digests.first ?? Digest(.sha256, bytes: [])
        let cause = Cause.notPinned(
            found: found,
            image: request.name,
            configuration: request.configuration,
        )
        return VerificationError(request, cause)
    }
}

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

/// Hashes the bytes of an image once, in each algorithm that a pin names and no other.
package struct ImageDigester {
    private var sha256: SHA256?
    private var sha384: SHA384?
    private var sha512: SHA512?

    init(_ algorithms: [Digest.Algorithm]) {
        sha256 = algorithms.contains(.sha256) ? SHA256() : nil
        sha384 = algorithms.contains(.sha384) ? SHA384() : nil
        sha512 = algorithms.contains(.sha512) ? SHA512() : nil
    }

    /// The digests of bytes that are at hand.
    ///
    /// - Parameter algorithms: SHA-256 if there is none, for a message that shows it.
    package static func digests(
        of bytes: Span<UInt8>,
        by algorithms: [Digest.Algorithm],
    ) -> [Digest] {
        var digester = ImageDigester(algorithms.isEmpty ? [.sha256] : algorithms)
        unsafe bytes.withUnsafeBytes { unsafe digester.update($0) }
        return digester.finish()
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        unsafe sha256?.update(bufferPointer: bytes)
        unsafe sha384?.update(bufferPointer: bytes)
        unsafe sha512?.update(bufferPointer: bytes)
    }

    /// In the order of the algorithms' declaration.
    consuming func finish() -> [Digest] {
        [
            sha256.map { Digest(.sha256, bytes: Array($0.finalize())) },
            sha384.map { Digest(.sha384, bytes: Array($0.finalize())) },
            sha512.map { Digest(.sha512, bytes: Array($0.finalize())) },
        ].compactMap(\.self)
    }
}
