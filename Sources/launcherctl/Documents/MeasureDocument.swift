import FoundationEssentials
import Planning

/// What `launcherctl measure --json` prints; its keys are documented in docs/json.md and stay.
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
