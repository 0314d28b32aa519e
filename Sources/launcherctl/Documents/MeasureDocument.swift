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
        let steps: [Step]?
    }

    struct Step: Encodable {
        let part: String
        let address: String?
        let byteCount: UInt64
        let details: [String: String]
        let hex: String
    }

    struct Identity: Encodable {
        let idBlock: String
        let idAuth: String
        let idKeyDigest: String
        let authorKeyDigest: String?
        let policy: String
        let properties: String
    }

    let digests: [Digest]
    let expected: String?
    let matches: Bool?
    let identity: Identity?

    init(
        _ digests: [ExpectedDigest],
        expected: String?,
        matches: Bool?,
        identity: SignedIdentity? = nil,
        withSteps: Bool = false,
    ) {
        self.digests = digests.map { Digest($0, withSteps: withSteps) }
        self.expected = expected
        self.matches = matches
        self.identity = identity.map(Identity.init)
    }
}

extension MeasureDocument.Digest {
    fileprivate init(_ expected: ExpectedDigest, withSteps: Bool) {
        variant = expected.variant?.rawValue
        condition = expected.variant?.condition
        algorithm = expected.digest.algorithm.rawValue
        hex = expected.digest.hex
        base64 = Data(expected.digest.bytes).base64EncodedString()
        steps = withSteps ? expected.steps.map(MeasureDocument.Step.init) : nil
    }
}

extension MeasureDocument.Step {
    fileprivate init(_ step: LaunchTrace.Step) {
        part = step.part.name
        address = step.part.address.map { hexadecimal($0) }
        byteCount = step.part.byteCount
        details = Dictionary(
            step.part.details.map { ($0.key, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
        hex = step.digest.hex
    }
}

extension MeasureDocument.Identity {
    fileprivate init(_ identity: SignedIdentity) {
        idBlock = Data(identity.block).base64EncodedString()
        idAuth = Data(identity.authentication).base64EncodedString()
        idKeyDigest = "\(identity.idKeyDigest)"
        authorKeyDigest = identity.authorKeyDigest.map { "\($0)" }
        policy = hexadecimal(identity.policy)
        properties = identity.properties
    }
}

/// An entry of what `launcherctl measure --list-cpus --json` prints.
struct CPUModelDocument: Encodable {
    let name: String
    let versions: [Int]
    let signature: String
    let family: Int
    let model: Int
    let stepping: Int

    init(_ model: CPUSignature.Model) {
        name = model.name
        versions = model.versions.map(Array.init) ?? []
        signature = "\(model.signature)"
        family = model.signature.family
        self.model = model.signature.model
        stepping = model.signature.stepping
    }
}
