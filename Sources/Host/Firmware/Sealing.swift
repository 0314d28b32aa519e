import Planning
import SystemPackage

/// Copies the image into memory, seals that, and only then hashes what is in there, through the
/// descriptor that QEMU will get: whatever else was written before the seal is found by the digest.
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

    /// - Throws: where the file has another size than it had when it was verified.
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

    /// - Returns: how many bytes were read: more than the image has where its file has grown, in
    ///   which case reading stopped early.
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
