import Planning

/// Copies the image into sealed memory and hashes it on the way, in one pass; then holds the
/// digests against the pins. The comparison comes last, when nothing can change the bytes any
/// more between it and QEMU.
package func seal(_ image: consuming VerifiedImage) throws(VerificationError) -> SealedImage {
    let request = image.request
    let copy: SealedCopy
    do throws(HostError) {
        copy = try SealedCopy(of: image)
    } catch {
        throw VerificationError(request, .host(error))
    }
    guard copy.byteCount == image.byteCount else {
        throw VerificationError(
            request,
            .changedWhileRead(
                path: image.path,
                expected: image.byteCount,
                found: copy.byteCount
            )
        )
    }
    try requirePins(of: request, among: copy.digests)
    return SealedImage(image, copy)
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
