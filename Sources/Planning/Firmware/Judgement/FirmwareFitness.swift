/// Which kinds of guests an image can start, and why not the others.
package struct FirmwareFitness: Hashable, Sendable {
    package struct Verdict: Hashable, Sendable {
        package let guest: GuestKind
        /// How the image would be attached.
        package let attachment: JudgementContext.Attachment
        package let findings: [Finding]

        package var isFit: Bool { findings.refusal == nil }
    }

    /// One for each kind of guest, in the order of `GuestKind`.
    package let verdicts: [Verdict]

    /// - Parameter features: of the whole build where known; see ``FirmwareContents``.
    package init(of image: FirmwareImage, features: BuildFeatures) {
        verdicts = GuestKind.allCases.map { guest in
            let attachment = Self.attachment(of: image, for: guest)
            let context = JudgementContext(
                guest: guest,
                attachment: attachment,
                architecture: image.architecture ?? .x86,
            )
            let findings = judge(image, features: features, in: context)
            return Verdict(guest: guest, attachment: attachment, findings: findings)
        }
    }

    package func isFit(for guest: GuestKind) -> Bool {
        verdicts.contains { $0.guest == guest && $0.isFit }
    }

    /// Private memory cannot be flash, and a combined image's own store is of no use in it.
    private static func attachment(
        of image: FirmwareImage,
        for guest: GuestKind,
    ) -> JudgementContext.Attachment {
        switch guest {
        case .sevSNP, .tdx: .bios
        case .normal, .sev, .sevES: image.kind == .combined ? .bios : .flash
        }
    }
}
