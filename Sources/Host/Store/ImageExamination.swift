package import Planning
import SystemPackage

/// An image as a start would find it, without a start.
package enum ImageExamination: Sendable {
    /// Everything that a start asks of it holds.
    case verified(SealedFacts)
    /// Nobody has pinned it; the rest holds.
    case notPinned(Digest)
    case refused(VerificationError)
    /// Its storage does not lead to a file on this host; why.
    case unreachable(String)

    package init(_ request: ImageRequest) {
        do throws(VerificationError) {
            self = .verified(try seal(verify(request)).facts)
        } catch {
            if case .notPinned(let found, _, _) = error.cause {
                self = .notPinned(found)
            } else {
                self = .refused(error)
            }
        }
    }
}

/// The digests of an image whose file may be trusted as a start would trust it.
package func digests(
    of request: ImageRequest,
    _ algorithms: Set<Digest.Algorithm>,
) throws(VerificationError) -> [Digest] {
    let image = try verify(request)
    var digester = ImageDigester(Array(algorithms))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { unsafe buffer.deallocate() }
    var remaining = image.byteCount
    while remaining > 0 {
        let count: Int
        do throws(Errno) {
            count = unsafe try image.descriptor.read(into: buffer)
        } catch {
            let failure = HostError.systemCallFailed(
                operation: "read",
                path: image.path,
                errno: error
            )
            throw VerificationError(request, .host(failure))
        }
        guard count > 0 else { break }
        unsafe digester.update(UnsafeRawBufferPointer(rebasing: buffer[..<min(count, remaining)]))
        remaining -= count
    }
    return digester.finish()
}
