import ArgumentParser
import Host
import Planning
import SystemPackage

/// The launch digest of an image is asked for.
struct MeasureRequest: Equatable {
    enum Subject: Equatable {
        case guest
        /// The firmware alone, whatever guest starts with it.
        case firmware
    }

    private let kind: GuestKind
    /// A volume ID or a file.
    private let image: String
    /// Where storages are declared; `nil` for the default file.
    private let configuration: String?
    private let subject: Subject
    private let guest: GuestDescription
    private let output: DigestOutput

    init(
        kind: String?,
        image: String?,
        configuration: String? = nil,
        subject: Subject = .guest,
        guest: GuestDescription,
        output: DigestOutput,
    ) throws(ValidationError) {
        guard let name = kind, let kind = GuestKind(rawValue: name), kind.isConfidential else {
            let found = kind.map { ", found \(quoted($0))" } ?? ""
            throw ValidationError("expected sev, sev-es, sev-snp or tdx\(found)")
        }
        guard let image else { throw ValidationError("no image") }
        try guest.requireCounting(for: kind)
        try output.requireCounting(for: kind, hasVariants: guest.hasVariants(kind))
        if subject == .firmware {
            guard kind == .sevSNP, guest.isEmpty else {
                throw ValidationError(
                    "--firmware-only is for sev-snp, and depends on the image alone"
                )
            }
            try output.requirePlain()
        }
        self.kind = kind
        self.image = image
        self.configuration = configuration
        self.subject = subject
        self.guest = guest
        self.output = output
    }

    func run() throws {
        let digests: [ExpectedDigest]
        do throws(LaunchFailure) {
            digests = try self.digests()
        } catch {
            throw refuse(error)
        }
        let policy = output.identity?.policy ?? MeasuredCommandLine.defaultPolicy
        try output.show(digests) { policy }
    }

    private func digests() throws(LaunchFailure) -> [ExpectedDigest] {
        if subject == .firmware {
            let image = try ImageBytes(image, configuration: configuration)
            return [ExpectedDigest(variant: nil, digest: try image.firmwareDigest())]
        }
        return try ImageBytes(image, configuration: configuration).digests(of: kind) {
            () throws(LaunchFailure) in
            try guest.measured(kind)
        }
    }
}

/// Why the guest that is measured would not start from the image. Its digest is still correct and
/// worth comparing with another tool's, but no report will contain it.
struct StartRefusal {
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

    /// - Parameter measure: finds the digests; if there are none, the doubt is the better reason.
    func measuring(
        _ measure: () throws(MeasurementRefusal) -> [ExpectedDigest]
    ) throws(LaunchFailure) -> [ExpectedDigest] {
        let digests: [ExpectedDigest]
        do throws(MeasurementRefusal) {
            digests = try measure()
        } catch {
            throw LaunchFailure(refusal.map { ImageUnfit(image: image, refusal: $0) } ?? error)
        }
        say()
        return digests
    }

    func say() {
        if let refusal { Console(program: "launcherctl").warn(refusal, about: image) }
    }
}

/// An image that is measured.
struct ImageBytes {
    private let name: String
    private let bytes: [UInt8]

    init(_ name: String, configuration: String?) throws(LaunchFailure) {
        let argument = try ImageArgument(name, configuration: configuration)
        self.name = argument.name
        bytes = try argument.read()
    }

    /// What SEV-SNP measures of it before everything else.
    func firmwareDigest() throws(LaunchFailure) -> Planning.Digest {
        try failing { () throws(MeasurementRefusal) in
            try LaunchDigest.sevSNPFirmware(bytes.span)
        }
    }

    /// - Parameters:
    ///   - kind: of the guest.
    ///   - guest: finds out the rest of it.
    func digests(
        of kind: GuestKind,
        guest: () throws(LaunchFailure) -> MeasuredGuest,
    ) throws(LaunchFailure) -> [ExpectedDigest] {
        let guest = try guest()
        return try StartRefusal(about: name, bytes.span, of: kind).measuring {
            () throws(MeasurementRefusal) in
            try LaunchDigest.expected(of: guest, firmware: bytes.span)
        }
    }
}
