import ArgumentParser
import FoundationEssentials
import Host
import Planning

/// How a launch digest is shown, what it is compared with, and what is made of it.
struct DigestOutput: Equatable {
    enum Form: CaseIterable {
        case table
        case json
        case hexadecimal
        case base64
        /// The ID block alone, as properties of QEMU's object.
        case properties
    }

    let form: Form
    /// The one that is shown; `nil` for all.
    private let variant: ExpectedDigest.Variant?
    private let expected: WrittenDigest?
    private let showsSteps: Bool
    /// A folder for the CPUs' save areas.
    private let saveAreas: String?
    let identity: IdentityRequest?

    init(_ options: MeasureOutput, identity: IdentityRequest? = nil) throws(ValidationError) {
        form = try options.form()
        variant = try options.variant.map { (name) throws(ValidationError) in
            guard let variant = ExpectedDigest.Variant(rawValue: name) else {
                let known = ExpectedDigest.Variant.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--variant: expected one of \(known), found \(quoted(name))")
            }
            return variant
        }
        expected = try options.expect.map { (text) throws(ValidationError) in
            try WrittenDigest(text, of: "--expect")
        }
        showsSteps = options.trace
        saveAreas = options.dumpVMSA
        self.identity = identity
        guard !showsSteps || form == .table || form == .json else {
            throw ValidationError("--trace goes with the table and with --json")
        }
        guard form != .properties || identity != nil else {
            throw ValidationError("--properties prints an ID block; give --id-key")
        }
    }

    /// - Parameter hasVariants: whether it is not decided which of them the guest is.
    /// - Throws: if an option was given that makes no sense for such a guest.
    func requireCounting(for kind: GuestKind, hasVariants: Bool) throws(ValidationError) {
        if let variant, !hasVariants || variant.kind != kind {
            throw ValidationError(
                "--variant: \(kind.rawValue) has no variant \(quoted(variant.rawValue))"
            )
        }
        guard saveAreas == nil || kind == .sevES || kind == .sevSNP else {
            throw ValidationError("--dump-vmsa: \(kind.rawValue) measures no VMSA")
        }
        guard identity == nil || kind == .sevSNP else {
            throw ValidationError("--id-key: \(MeasurementGap.notSNP.message)")
        }
        guard let expected, expected.bytes(for: kind.digestAlgorithm).isEmpty else { return }
        throw ValidationError(
            "--expect: "
                + DigestMismatch.wrongLength(kind.digestAlgorithm, found: expected.byteCounts)
                .message
        )
    }

    /// What has neither steps nor CPUs, and is no launch digest yet.
    func requirePlain() throws(ValidationError) {
        guard !showsSteps, saveAreas == nil, variant == nil, identity == nil else {
            throw ValidationError(
                "--firmware-only goes with --hex, --base64, --json and --expect only"
            )
        }
    }

    /// - Parameters:
    ///   - all: at least one; the most likely one comes first.
    ///   - policy: of the guest, for its ID block.
    /// - Throws: the exit status, if a digest is expected and none of these matches.
    func show(
        _ all: [ExpectedDigest],
        policy: () throws(LaunchFailure) -> UInt64 = { MeasuredCommandLine.defaultPolicy },
    ) throws {
        try reporting { () throws(LaunchFailure) in
            let digests = try self.digests(of: all)
            let match = expected.flatMap { text in digests.first(where: text.matches) }
            let matches = expected.map { _ in match != nil }
            // Nothing is made of a digest that is not the expected one.
            var identity: SignedIdentity?
            if matches != false {
                if let saveAreas {
                    try SaveAreaFiles.write(match.map { [$0] } ?? digests, to: saveAreas)
                }
                if let request = self.identity, let digest = digests.first?.digest {
                    identity = try SignedIdentity(request, of: digest, policy: policy())
                }
            }
            try present(digests, match ?? digests[0], matches: matches, identity)
            if let expected, matches == false {
                throw LaunchFailure(mismatch(of: digests, expected))
            }
        }
    }

    private func digests(of all: [ExpectedDigest]) throws(LaunchFailure) -> [ExpectedDigest] {
        let digests = all.filter { variant == nil || $0.variant == variant }
        guard let algorithm = digests.first?.digest.algorithm else {
            throw LaunchFailure(
                DigestMismatch.noVariant(
                    variant?.rawValue ?? "",
                    known: all.compactMap { $0.variant?.rawValue },
                )
            )
        }
        if let expected, expected.bytes(for: algorithm).isEmpty {
            throw LaunchFailure(
                DigestMismatch.wrongLength(algorithm, found: expected.byteCounts)
            )
        }
        return digests
    }

    private func present(
        _ digests: [ExpectedDigest],
        _ shown: ExpectedDigest,
        matches: Bool?,
        _ identity: SignedIdentity?,
    ) throws(LaunchFailure) {
        switch form {
        case .table:
            if showsSteps { Output.show(digests.flatMap(TraceText.lines).joined(separator: "\n")) }
            Output.show(labelled(digests.flatMap(rows)))
            if let identity { Output.show(text(identity)) }
        case .json:
            let document = MeasureDocument(
                digests,
                expected: expected?.text,
                matches: matches,
                identity: identity,
                withSteps: showsSteps,
            )
            Output.show(json: try jsonText(document))
        case .hexadecimal: Output.show(shown.digest.hex)
        case .base64: Output.show(Data(shown.digest.bytes).base64EncodedString())
        case .properties: if let identity { Output.show(identity.properties) }
        }
    }

    private func rows(_ expected: ExpectedDigest) -> [(String, String)] {
        guard let variant = expected.variant else { return [("digest", "\(expected.digest)")] }
        return [(variant.rawValue, "\(expected.digest)"), ("", "(\(variant.condition))")]
    }

    private func text(_ identity: SignedIdentity) -> String {
        let rows =
            [("id key", "\(identity.idKeyDigest)")]
            + (identity.authorKeyDigest.map { [("author key", "\($0)")] } ?? [])
            + [("policy", hexadecimal(identity.policy))]
        return labelled(rows) + "\n\nFor QEMU's -object sev-snp-guest:\n" + identity.properties
    }

    private func mismatch(of digests: [ExpectedDigest], _ expected: WrittenDigest) -> DigestMismatch
    {
        let algorithm = digests[0].digest.algorithm
        let texts = expected.bytes(for: algorithm).map { hexadecimal($0.bytes) }
        let step = digests.flatMap(\.steps).first { step in
            expected.alternatives.contains { $0.bytes == step.digest.bytes }
        }
        return .differs(
            expected: texts.joined(separator: " or "),
            found: digests.map(\.digest),
            step: step?.part.name,
        )
    }
}

extension GuestKind {
    /// Of the launch digest.
    fileprivate var digestAlgorithm: Planning.Digest.Algorithm {
        switch self {
        case .normal, .sev, .sevES: .sha256
        case .sevSNP, .tdx: .sha384
        }
    }
}

extension ExpectedDigest.Variant {
    fileprivate var kind: GuestKind {
        switch self {
        case .legacy, .init2: .sevES
        case .singlePass, .twoPass: .tdx
        }
    }
}

/// The options that say how a launch digest is shown.
struct MeasureOutput: ParsableArguments {
    @Flag(help: "Print the digests as JSON.")
    var json = false

    @Flag(help: "Print the first digest alone, in hexadecimal.")
    var hex = false

    @Flag(help: "Print the first digest alone, in base64.")
    var base64 = false

    @Flag(help: "Print the ID block alone, as properties of QEMU's sev-snp-guest.")
    var properties = false

    @Flag(help: "Print what is measured, step by step, with the digest after each.")
    var trace = false

    @Option(
        help: ArgumentHelp(
            "legacy or init2 (SEV-ES), single-pass or two-pass (TDX).",
            valueName: "name"
        ),
        completion: .list(["legacy", "init2", "single-pass", "two-pass"]),
    )
    var variant: String?

    @Option(
        help: ArgumentHelp(
            "Compare: exit status 0 if this is one of the digests, else 65. In hexadecimal or "
                + "base64, or a file.",
            valueName: "digest"
        ),
        completion: .file(),
    )
    var expect: String?

    @Option(
        name: .customLong("dump-vmsa"),
        help: ArgumentHelp(
            "Write the initial state of each CPU to vmsa0.bin and so on.",
            valueName: "folder"
        ),
        completion: .directory,
    )
    var dumpVMSA: String?

    fileprivate func form() throws(ValidationError) -> DigestOutput.Form {
        let forms: [(isAsked: Bool, form: DigestOutput.Form)] = [
            (json, .json), (hex, .hexadecimal), (base64, .base64), (properties, .properties),
        ]
        let asked = forms.filter(\.isAsked).map(\.form)
        guard asked.count < 2 else {
            throw ValidationError(
                "--json, --hex, --base64 and --properties are different outputs; ask for one"
            )
        }
        return asked.first ?? .table
    }

    func output(_ identity: IdentityRequest? = nil) throws(ValidationError) -> DigestOutput {
        try DigestOutput(self, identity: identity)
    }
}
