package import Planning
import SystemPackage

/// An image as a start would find it, without a start.
package enum TrialVerification: Sendable {
    /// Everything that a start asks of it holds.
    case verified(SealedFacts)
    /// Nobody has pinned it; everything else is right.
    case notPinned(Digest)
    case refused(VerificationError)
    /// The bytes have the pinned digest, but no guest would start from them.
    case unfit(SealedFacts, ImageRefusal)
    /// Its storage does not lead to a file on this host; why.
    case unreachable(String)

    package init(_ request: ImageRequest) {
        do throws(VerificationError) {
            let image = try seal(verify(request))
            let refusal = image.refusal(in: nil)
            self = refusal.map { .unfit(image.facts, $0) } ?? .verified(image.facts)
        } catch {
            if case .notPinned(let found, _, _) = error.cause {
                self = .notPinned(found)
            } else {
                self = .refused(error)
            }
        }
    }
}

/// What a start asks of an image before there is a guest to judge it for.
///
/// - Parameter guest: what it is for and how it would be attached, if that is known.
package func requireStartable(
    _ request: ImageRequest,
    for guest: JudgementContext? = nil,
) throws(LaunchFailure) -> SealedFacts {
    let image = try failing { () throws(VerificationError) in try seal(verify(request)) }
    if let refusal = image.refusal(in: guest) {
        let image = "firmware image \(quoted(request.name))"
        throw LaunchFailure(ImageUnfit(image: image, refusal: refusal))
    }
    return image.facts
}

extension SealedImage {
    /// Looks at all of it: nobody waits for a VM.
    ///
    /// - Parameter context: `nil` if it is not known for whom; then the form alone counts.
    fileprivate borrowing func refusal(
        in context: JudgementContext?
    ) -> ImageRefusal? {
        withBytes { bytes in
            guard let context else { return refusalOfForm(bytes, for: .x86) }
            return judge(bytes, depth: .whole, in: context).refusal
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
