import Host
import Planning

/// Why the guest that is measured would not start from the image. Its digest is what it is, and worth
/// knowing beside another tool's; but nobody will see it in a report.
struct StartDoubt {
    private let refusal: ImageRefusal?

    /// - Parameter attachment: `nil` for the usual one.
    init(
        _ bytes: Span<UInt8>,
        of guest: GuestKind,
        attachment: JudgementContext.Attachment? = nil,
    ) {
        let image = FirmwareImage(bytes)
        let context = JudgementContext(
            guest: guest,
            attachment: attachment ?? FirmwareFitness.attachment(of: image, for: guest),
            store: .init(byteCount: nil),
        )
        refusal = judge(image, in: context).refusal
    }

    func say(about image: String) {
        guard let refusal else { return }
        let finding = Planning.Finding.refusal(refusal)
        Console(program: "launcherctl").warn(.image(quoted(image), finding), about: nil)
    }
}
