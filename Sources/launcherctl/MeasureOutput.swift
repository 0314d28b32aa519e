import ArgumentParser
import Foundation
import Host
import Planning

/// How a launch digest is shown, and what it is compared with.
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
            "Compare: status 0 where a digest is this one, else 65.",
            valueName: "hex"
        )
    )
    var expect: String?

    func validateChoice() throws {
        guard [json, hex, base64].filter(\.self).count < 2 else {
            throw ValidationError("--json, --hex and --base64 are three outputs; ask for one")
        }
        if let variant, ExpectedDigest.Variant(rawValue: variant) == nil {
            let known = ExpectedDigest.Variant.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--variant: expected one of \(known), found \(quoted(variant))")
        }
        if let expect, expect.isEmpty || !expect.utf8.allSatisfy({ hexValue($0) != nil }) {
            throw ValidationError("--expect: not hexadecimal: \(quoted(expect))")
        }
    }

    func show(_ all: [ExpectedDigest]) throws {
        let digests = variant.map { name in all.filter { $0.variant?.rawValue == name } } ?? all
        guard let first = digests.first else {
            throw refuse(DigestMismatch.noVariant(variant ?? ""))
        }
        let match = expect.map { text in digests.first { $0.digest.hex == text.lowercased() } }
        if json {
            let matches = match.map { $0 != nil }
            try reporting { () throws(LaunchFailure) in
                print(
                    try jsonText(MeasureDocument(digests, expected: expect, matches: matches))
                )
            }
        } else if hex {
            print(first.digest.hex)
        } else if base64 {
            print(Data(first.digest.bytes).base64EncodedString())
        } else {
            print(labelled(digests.flatMap(rows)))
        }
        if let expect, match == .some(nil) {
            throw refuse(DigestMismatch.differs(expected: expect, found: first.digest))
        }
    }

    private func rows(_ expected: ExpectedDigest) -> [(String, String)] {
        guard let variant = expected.variant else { return [("digest", "\(expected.digest)")] }
        return [(variant.rawValue, "\(expected.digest)"), ("", "(\(variant.condition))")]
    }
}

/// What `launcherctl measure --json` prints; its keys are documented in the README and stay.
struct MeasureDocument: Encodable {
    struct Digest: Encodable {
        let variant: String?
        let condition: String?
        let algorithm: String
        let hex: String
        let base64: String
    }

    let digests: [Digest]
    let expected: String?
    let matches: Bool?

    init(_ digests: [ExpectedDigest], expected: String?, matches: Bool?) {
        self.digests = digests.map {
            Digest(
                variant: $0.variant?.rawValue,
                condition: $0.variant?.condition,
                algorithm: $0.digest.algorithm.rawValue,
                hex: $0.digest.hex,
                base64: Data($0.digest.bytes).base64EncodedString(),
            )
        }
        self.expected = expected
        self.matches = matches
    }
}

/// The digest is not the one that somebody expects.
enum DigestMismatch: Failure {
    case differs(expected: String, found: Planning.Digest)
    case noVariant(String)

    var message: String {
        switch self {
        case .differs(let expected, let found):
            "launch digest differs (expected \(expected), found \(found.hex))"
        case .noVariant(let name): "this kind of guest has no variant \(quoted(name))"
        }
    }

    var hint: String? {
        switch self {
        case .differs: "compare image, CPU model, number of CPUs, kernel and guest features"
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
