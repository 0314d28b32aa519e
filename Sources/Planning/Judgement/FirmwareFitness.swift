/// Which kinds of guests an image can start, and why not the others.
package struct FirmwareFitness: Hashable, Sendable {
    package struct Verdict: Hashable, Sendable {
        package let guest: GuestKind
        /// How the image would be attached.
        package let attachment: JudgementContext.Attachment
        package let findings: [Finding]

        /// Whether a guest would start: what is only doubtful is no reason against it.
        package var isFit: Bool {
            findings.refusal == nil && !findings.warnings().contains(where: \.meansNoStart)
        }

        /// What speaks against it where it is not fit, and else what its owner should know.
        package var reasons: [Finding] {
            guard !isFit else { return findings }
            let refusals = findings.filter { $0.severity == .refuse }
            return refusals.isEmpty ? findings : refusals
        }
    }

    /// One for each kind of guest, in the order of `GuestKind`.
    package let verdicts: [Verdict]

    /// - Parameters:
    ///   - features: of the whole build where known; see ``FirmwareContents``.
    ///   - fault: what kept from looking into the compressed volume.
    ///   - architecture: of the machine.
    package init(
        of image: FirmwareImage,
        features: BuildFeatures,
        fault: ContentsFault? = nil,
        on architecture: Architecture = .x86,
    ) {
        verdicts = GuestKind.allCases.map { guest in
            let attachment = Self.attachment(of: image, for: guest)
            let context = JudgementContext(
                guest: guest,
                attachment: attachment,
                architecture: architecture,
                // The one that belongs to the code.
                store: .init(byteCount: nil),
            )
            var findings = judge(image, features: features, in: context)
            if let fault, findings.refusal == nil {
                findings.insert(.refusal(.damagedContents(fault)), at: 0)
            }
            return Verdict(guest: guest, attachment: attachment, findings: findings)
        }
    }

    package func isFit(for guest: GuestKind) -> Bool {
        verdicts.contains { $0.guest == guest && $0.isFit }
    }

    /// As the launcher does it. A code image fits SEV and SEV-ES in flash only, which
    /// `sev-attachment pflash` brings about.
    package static func attachment(
        of image: FirmwareImage,
        for guest: GuestKind,
    ) -> JudgementContext.Attachment {
        switch guest {
        case .sevSNP, .tdx: .bios
        case .normal: .flash
        case .sev, .sevES: image.kind == .combined ? .bios : .flash
        }
    }
}
