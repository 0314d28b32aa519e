import ArgumentParser
import FoundationEssentials
import Host
import Planning

/// How a launch digest is shown, and what it is compared with.
struct DigestOutput: Equatable {
    enum Form: CaseIterable {
        case table
        case json
        case hexadecimal
        case base64
    }

    private let form: Form
    /// The one that is shown; `nil` for all.
    private let variant: ExpectedDigest.Variant?
    /// In hexadecimal, either case.
    private let expected: String?

    init(
        _ form: Form = .table,
        variant: String? = nil,
        expected: String? = nil,
    ) throws(ValidationError) {
        self.form = form
        self.variant = try variant.map { (name) throws(ValidationError) in
            guard let variant = ExpectedDigest.Variant(rawValue: name) else {
                let known = ExpectedDigest.Variant.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--variant: expected one of \(known), found \(quoted(name))")
            }
            return variant
        }
        if let expected, expected.isEmpty || !expected.utf8.allSatisfy({ hexValue($0) != nil }) {
            throw ValidationError("--expect: not hexadecimal: \(quoted(expected))")
        }
        self.expected = expected
    }

    /// - Parameter all: at least one; the most likely one comes first.
    /// - Throws: the exit status, if a digest is expected and none of these matches.
    func show(_ all: [ExpectedDigest]) throws {
        let digests = all.filter { variant == nil || $0.variant == variant }
        guard let first = digests.first else {
            throw refuse(
                DigestMismatch.noVariant(
                    variant?.rawValue ?? "",
                    known: all.compactMap { $0.variant?.rawValue },
                )
            )
        }
        let match = expected.flatMap { text in
            digests.first { $0.digest.hex == text.lowercased() }
        }
        let matches = expected.map { _ in match != nil }
        let shown = match ?? first
        switch form {
        case .table: Output.show(labelled(digests.flatMap(rows)))
        case .json:
            try reporting { () throws(LaunchFailure) in
                let document = MeasureDocument(digests, expected: expected, matches: matches)
                Output.show(json: try jsonText(document))
            }
        case .hexadecimal: Output.show(shown.digest.hex)
        case .base64: Output.show(Data(shown.digest.bytes).base64EncodedString())
        }
        if let expected, matches == false {
            throw refuse(
                DigestMismatch.differs(expected: expected, found: digests.map(\.digest))
            )
        }
    }

    private func rows(_ expected: ExpectedDigest) -> [(String, String)] {
        guard let variant = expected.variant else { return [("digest", "\(expected.digest)")] }
        return [(variant.rawValue, "\(expected.digest)"), ("", "(\(variant.condition))")]
    }
}

/// The digest is not the expected one.
enum DigestMismatch: Failure {
    case differs(expected: String, found: [Planning.Digest])
    case noVariant(String, known: [String])

    var message: String {
        switch self {
        case .differs(let expected, let found):
            "launch digest differs (expected \(expected), found "
                + found.map(\.hex).joined(separator: " or ") + ")"
        case .noVariant(let name, let known):
            "this guest has no variant \(quoted(name))"
                + (known.isEmpty ? "" : " (expected \(known.joined(separator: " or ")))")
        }
    }

    var hint: String? {
        switch self {
        case .differs:
            "compare the image, and for SEV guests CPU model and number, kernel and guest features"
        case .noVariant: nil
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .differs: .imageRefused
        case .noVariant: .usage
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

    @Option(
        help: ArgumentHelp(
            "legacy or init2 (SEV-ES), single-pass or two-pass (TDX).",
            valueName: "name"
        )
    )
    var variant: String?

    @Option(
        help: ArgumentHelp(
            "Compare: exit status 0 if this is one of the digests, else 65.",
            valueName: "hex"
        )
    )
    var expect: String?

    func validate() throws { _ = try output() }

    func output() throws(ValidationError) -> DigestOutput {
        let forms: [(isAsked: Bool, form: DigestOutput.Form)] = [
            (json, .json), (hex, .hexadecimal), (base64, .base64),
        ]
        let asked = forms.filter(\.isAsked).map(\.form)
        guard asked.count < 2 else {
            throw ValidationError("--json, --hex and --base64 are three outputs; ask for one")
        }
        return try DigestOutput(
            asked.first ?? .table,
            variant: variant,
            expected: expect,
        )
    }
}
