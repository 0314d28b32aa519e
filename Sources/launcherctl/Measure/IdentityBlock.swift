import ArgumentParser
import FoundationEssentials
import Host
import Planning
import SystemPackage

/// What makes the platform itself refuse to start an SEV-SNP guest that is not the measured one:
/// the ID block with its launch digest, signed by the guest's owner.
///
/// Source: AMD SEV-SNP firmware ABI (56860), "Structure of the ID Block" and "ID Authentication
/// Information Structure"; QEMU, `qapi/qom.json`, for the properties.
struct SignedIdentity: Equatable {
    /// 96 bytes.
    let block: [UInt8]
    /// The signatures and the keys: 4096 bytes.
    let authentication: [UInt8]
    /// As an attestation report has it.
    let idKeyDigest: Planning.Digest
    /// `nil` if no author vouches for the ID key.
    let authorKeyDigest: Planning.Digest?
    let policy: UInt64
    /// Whether somebody chose it, who then has to tell QEMU too.
    private let policyIsChosen: Bool

    private static let authenticationByteCount = 4096

    /// - Parameters:
    ///   - digest: the launch digest, SHA-384.
    ///   - policy: that the guest must be started with.
    init(
        _ request: IdentityRequest,
        of digest: Planning.Digest,
        policy: UInt64
    ) throws(LaunchFailure) {
        let idKey = try IdentityKey(FilePath(request.idKey))
        let authorKey = try request.authorKey.map { (path) throws(LaunchFailure) in
            try IdentityKey(FilePath(path))
        }
        self.policy = policy
        policyIsChosen = request.policy != nil
        block = Self.block(request, digest, policy)
        authentication = try Self.authentication(of: block, idKey, authorKey)
        idKeyDigest = idKey.digest
        authorKeyDigest = authorKey?.digest
    }

    private static func block(
        _ request: IdentityRequest,
        _ digest: Planning.Digest,
        _ policy: UInt64,
    ) -> [UInt8] {
        digest.bytes + request.familyID + request.imageID + littleEndian(UInt32(1))  // Version.
            + littleEndian(request.guestSVN) + littleEndian(policy)
    }

    private static func authentication(
        of block: [UInt8],
        _ idKey: IdentityKey,
        _ authorKey: IdentityKey?,
    ) throws(LaunchFailure) -> [UInt8] {
        // ECDSA with P-384 and SHA-384. That of the author does not count where there is none.
        let algorithm = littleEndian(UInt32(1))
        let blank = { (count: Int) in [UInt8](repeating: 0, count: count) }
        var bytes = algorithm + algorithm + blank(56)
        bytes += try idKey.signature(of: block)
        bytes += idKey.publicKey + blank(60)
        bytes +=
            try authorKey?.signature(of: idKey.publicKey) ?? blank(IdentityKey.signatureByteCount)
        bytes += authorKey?.publicKey ?? blank(IdentityKey.publicKeyByteCount)
        return bytes + blank(authenticationByteCount - bytes.count)
    }

    /// For QEMU's object sev-snp-guest.
    var properties: String {
        (policyIsChosen ? "policy=\(hexadecimal(policy))," : "")
            + "id-block=\(Data(block).base64EncodedString()),id-auth="
            + Data(authentication).base64EncodedString()
            + (authorKeyDigest == nil ? "" : ",author-key-enabled=on")
    }

    private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}

/// An ID block that somebody asks for.
struct IdentityRequest: Equatable {
    let idKey: String
    let authorKey: String?
    /// `nil` for that of the command line, or else QEMU's.
    let policy: UInt64?
    /// 16 bytes each, which only the owner understands.
    let familyID: [UInt8]
    let imageID: [UInt8]
    /// The security version of the guest.
    let guestSVN: UInt32
}

/// The options of an ID block.
struct IdentityOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Sign an ID block for SEV-SNP with this key (EC, P-384).",
            valueName: "file"
        ),
        completion: .file(),
    )
    var idKey: String?

    @Option(
        help: ArgumentHelp("The author's key, which signs the ID key.", valueName: "file"),
        completion: .file(),
    )
    var authorKey: String?

    @Option(help: ArgumentHelp("The guest's policy; else 0x30000.", valueName: "number"))
    var policy: String?

    @Option(help: ArgumentHelp("Family ID, 32 hexadecimal digits.", valueName: "hex"))
    var familyID: String?

    @Option(help: ArgumentHelp("Image ID, 32 hexadecimal digits.", valueName: "hex"))
    var imageID: String?

    @Option(
        name: .customLong("guest-svn"),
        help: ArgumentHelp("The security version of the guest.", valueName: "number")
    )
    var guestSVN: String?

    private static let idByteCount = 16
    /// AMD's specification reserves it, and it must be one.
    private static let reservedPolicyBit: UInt64 = 1 << 17

    func validate() throws { _ = try request() }

    /// - Returns: `nil` if no ID block is asked for.
    func request() throws(ValidationError) -> IdentityRequest? {
        let others = [
            ("--author-key", authorKey), ("--policy", policy), ("--family-id", familyID),
            ("--image-id", imageID), ("--guest-svn", guestSVN),
        ]
        guard let idKey else {
            if let other = others.first(where: { $0.1 != nil }) {
                throw ValidationError("\(other.0) is for an ID block; give --id-key")
            }
            return nil
        }
        let policy = try Self.number(policy, of: "--policy", UInt64.self)
        guard policy.map({ $0 & Self.reservedPolicyBit != 0 }) ?? true else {
            throw ValidationError("--policy: bit 17 must be one, as in 0x30000")
        }
        return IdentityRequest(
            idKey: idKey,
            authorKey: authorKey,
            policy: policy,
            familyID: try Self.identifier(familyID, of: "--family-id"),
            imageID: try Self.identifier(imageID, of: "--image-id"),
            guestSVN: try Self.number(guestSVN, of: "--guest-svn", UInt32.self) ?? 0,
        )
    }

    private static func number<Number: FixedWidthInteger>(
        _ text: String?,
        of option: String,
        _ type: Number.Type,
    ) throws(ValidationError) -> Number? {
        guard let text else { return nil }
        guard let number = QEMUValue.number(ByteString(text)).flatMap({ Number(exactly: $0) })
        else {
            throw ValidationError(
                "\(option): not a number of \(Number.bitWidth) bits: \(quoted(text))"
            )
        }
        return number
    }

    private static func identifier(
        _ text: String?,
        of option: String,
    ) throws(ValidationError) -> [UInt8] {
        guard let text else { return [UInt8](repeating: 0, count: idByteCount) }
        guard let bytes = hexadecimalBytes(text), bytes.count == idByteCount else {
            throw ValidationError(
                "\(option): expected 32 hexadecimal digits, found \(quoted(text))"
            )
        }
        return bytes
    }
}
