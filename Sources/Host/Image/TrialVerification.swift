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

    /// An image whose build launcher.conf states is not unpacked: a start believes it too, and who
    /// lists many images does not want to wait.
    package init(_ request: ImageRequest) {
        do throws(LaunchFailure) {
            let image = try ExaminedImage(request, isUnpacked: request.build == nil)
            let refusal = image.findings(for: nil).refusal
            self = refusal.map { .unfit(image.facts, $0) } ?? .verified(image.facts)
        } catch {
            guard let refusal = error.cause as? VerificationError else {
                self = .unreachable(error.message)
                return
            }
            if case .notPinned(let found, _, _) = refusal.cause {
                self = .notPinned(found)
            } else {
                self = .refused(refusal)
            }
        }
    }
}

/// Requires of an image what a start requires before it looks into the bytes.
package func requireVerified(_ request: ImageRequest) throws(LaunchFailure) -> SealedFacts {
    try failing { () throws(VerificationError) in try seal(verify(request)).facts }
}

/// What a start asks of an image before there is a guest to judge it for, and that what launcher.conf
/// states of its build is so.
///
/// - Parameter guest: what it is for and how it would be attached, if that is known.
package func requireStartable(
    _ request: ImageRequest,
    for guest: JudgementContext? = nil,
) throws(LaunchFailure) -> SealedFacts {
    let examined = try ExaminedImage(request)
    _ = try examined.requireStartable(for: guest)
    return examined.facts
}

/// An image that was verified as a start verifies it, and mostly unpacked whole: nobody waits for a VM.
/// It can be judged for any number of guests.
package struct ExaminedImage: Sendable {
    package let facts: SealedFacts
    private let name: String
    private let image: FirmwareImage
    private let contents: Result<BuildFeatures, ContentsFault>
    /// What launcher.conf states of the build spares a launch a look, so somebody else has to look.
    private let wrongBuild: LaunchFailure?

    package init(_ request: ImageRequest) throws(LaunchFailure) {
        try self.init(request, isUnpacked: true)
    }

    fileprivate init(_ request: ImageRequest, isUnpacked: Bool) throws(LaunchFailure) {
        let sealed = try failing { () throws(VerificationError) in try seal(verify(request)) }
        name = request.name
        facts = sealed.facts
        guard isUnpacked else {
            wrongBuild = nil
            image = sealed.withBytes { FirmwareImage($0) }
            contents = .success(request.build?.build.features ?? .unknown)
            return
        }
        wrongBuild = sealed.wrongBuild(in: request)
        (image, contents) = sealed.withBytes {
            bytes -> (FirmwareImage, Result<BuildFeatures, ContentsFault>) in
            let image = FirmwareImage(bytes)
            guard image.refusalOfForm(for: .x86) == nil else { return (image, .success(.unknown)) }
            do throws(ContentsFault) {
                let contents = try FirmwareContents.read(image, of: bytes)
                return (image, .success(contents?.features ?? .unknown))
            } catch {
                return (image, .failure(error))
            }
        }
    }

    /// - Parameter guest: `nil` if it is not known for whom; then the form alone counts.
    /// - Returns: what a start would warn of; nothing if there is no guest.
    /// - Throws: why a start would refuse the image.
    package func requireStartable(
        for guest: JudgementContext?
    ) throws(LaunchFailure) -> [ImageWarning] {
        let findings = findings(for: guest)
        if let refusal = findings.refusal {
            let label = "firmware image \(quoted(name))"
            throw LaunchFailure(ImageUnfit(image: label, refusal: refusal))
        }
        if let wrongBuild { throw wrongBuild }
        return findings.warnings()
    }

    fileprivate func findings(for guest: JudgementContext?) -> [Finding] {
        switch (contents, guest) {
        case (.success(let features), let guest?): judge(image, features: features, in: guest)
        case (.failure(let fault), let guest?): judge(image, fault: fault, in: guest)
        case (.success, nil):
            image.refusalOfForm(for: .x86).map { [.refusal($0)] } ?? []
        case (.failure(let fault), nil): [.refusal(.damagedContents(fault))]
        }
    }
}

extension SealedImage {
    /// - Throws: if launcher.conf states another build than the image has.
    borrowing func requireStatedBuild(in request: ImageRequest) throws(LaunchFailure) {
        if let wrong = wrongBuild(in: request) { throw wrong }
    }

    fileprivate borrowing func wrongBuild(in request: ImageRequest) -> LaunchFailure? {
        withBytes { bytes in
            do throws(WrongBuild) {
                try request.requireStatedBuild(bytes)
                return nil
            } catch {
                return LaunchFailure(error)
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
