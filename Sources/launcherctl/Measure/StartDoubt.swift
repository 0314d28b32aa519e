import Host
import Planning

/// Why the guest that is measured would not start from the image. Its digest is what it is, and worth
/// knowing beside another tool's; but nobody will see it in a report.
struct StartDoubt {
    private let image: String
    private let refusal: ImageRefusal?

    /// - Parameters:
    ///   - name: of the image.
    ///   - attachment: `nil` for the usual one.
    init(
        about name: String,
        _ bytes: Span<UInt8>,
        of guest: GuestKind,
        attachment: JudgementContext.Attachment? = nil,
    ) {
        self.image = quoted(name)
        let image = FirmwareImage(bytes)
        let context = JudgementContext(
            guest: guest,
            attachment: attachment ?? FirmwareFitness.attachment(of: image, for: guest),
            store: .init(byteCount: nil),
        )
        refusal = judge(image, in: context).refusal
    }

    /// - Parameter measure: finds the digests; where there are none, the doubt is the better reason.
    func measuring(
        _ measure: () throws(MeasurementRefusal) -> [ExpectedDigest]
    ) throws(MeasurementGap) -> [ExpectedDigest] {
        let digests: [ExpectedDigest]
        do throws(MeasurementRefusal) {
            digests = try measure()
        } catch {
            throw refusal.map { .unfit(image: image, $0) } ?? .refused(error)
        }
        say()
        return digests
    }

    func say() {
        if let refusal { Console(program: "launcherctl").warn(refusal, about: image) }
    }
}
