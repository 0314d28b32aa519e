import ArgumentParser
import Crypto
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Planning
@testable import launcherctl

/// ID blocks held against the one that sev-snp-measure 0.0.13 made with the same keys
/// (Golden/id-block, by its snp-create-id-block). Only signatures differ from call to call: theirs
/// are verified with our reading of the keys.
struct IdentityBlockTests {
    private static let folder = PackageFiles.root
        .appending(path: "Tests/LauncherctlTests/Golden/id-block")
    private static let idKey = folder.appending(path: "id-key.pem").path
    private static let authorKey = folder.appending(path: "author-key.pem").path

    /// By sev-snp-measure, as Measurement/independent-digests.tsv has it.
    private static let digest =
        "8c00db7c24852852ccb73f33cdf23c16f53dff88a2d6980728d700546c26fe29"
        + "22d035dc2e0af1fa4bb66a9874ecf1a4"

    /// What the other tool printed.
    private struct Other {
        let block: [UInt8]
        let authentication: [UInt8]
        let idKeyDigest: String
        let authorKeyDigest: String

        init() throws {
            let file = IdentityBlockTests.folder.appending(path: "sev-snp-measure.txt")
            let text = try String(contentsOf: file, encoding: .utf8)
            let match = try #require(
                text.firstMatch(
                    of: /id-block=(.*),id-auth=(.*)\nid_key_hash: (.*)\nauthor_key: (.*)\n/
                )
            )
            block = try IdentityBlockTests.bytes(match.1)
            authentication = try IdentityBlockTests.bytes(match.2)
            idKeyDigest = hexadecimal(try IdentityBlockTests.bytes(match.3))
            authorKeyDigest = hexadecimal(try IdentityBlockTests.bytes(match.4))
        }
    }

    private static func bytes(_ base64: Substring) throws -> [UInt8] {
        Array(try #require(Data(base64Encoded: String(base64))))
    }

    private func identity(_ words: [String] = []) throws -> SignedIdentity {
        let options = try IdentityOptions.parse(["--id-key", Self.idKey] + words)
        let request = try #require(try options.request())
        return try SignedIdentity(
            request,
            of: Planning.Digest(.sha384, hex: Self.digest),
            policy: request.policy ?? MeasuredCommandLine.defaultPolicy,
        )
    }

    /// A signature's r and s, each of 72 bytes from the low one on.
    private static let signatures = [64..<576, 1664..<2176]

    /// The structure without what differs from call to call.
    private static func withoutSignatures(_ authentication: [UInt8]) -> [UInt8] {
        var bytes = authentication
        for range in signatures {
            bytes.replaceSubrange(range.prefix(144), with: filler(144, of: 0))
        }
        return bytes
    }

    private static func verifies(
        _ authentication: [UInt8],
        signature range: Range<Int>,
        of message: [UInt8],
        by key: Range<Int>,
    ) throws -> Bool {
        func number(_ offset: Int) -> [UInt8] {
            #expect(authentication[offset + 48..<offset + 72].allSatisfy { $0 == 0 })
            return authentication[offset..<offset + 48].reversed()
        }
        let point = [4] + number(key.lowerBound + 4) + number(key.lowerBound + 76)
        let signature = number(range.lowerBound) + number(range.lowerBound + 72)
        return try P384.Signing.PublicKey(x963Representation: point).isValidSignature(
            P384.Signing.ECDSASignature(rawRepresentation: signature),
            for: message,
        )
    }

    private static func verify(_ authentication: [UInt8], of block: [UInt8]) throws -> [Bool] {
        let idKey = 576..<1604
        return [
            try verifies(authentication, signature: signatures[0], of: block, by: idKey),
            try verifies(
                authentication,
                signature: signatures[1],
                of: Array(authentication[idKey]),
                by: 2176..<3204,
            ),
        ]
    }

    @Test func `an ID block is the other tool's, byte for byte`() throws {
        let other = try Other()
        let ours = try identity(["--author-key", Self.authorKey])
        #expect(ours.block == other.block)
        #expect(ours.block.count == 96 && ours.authentication.count == 4096)
        #expect(
            Self.withoutSignatures(ours.authentication)
                == Self.withoutSignatures(other.authentication)
        )
        #expect(ours.idKeyDigest.hex == other.idKeyDigest)
        #expect(ours.authorKeyDigest?.hex == other.authorKeyDigest)
        #expect(ours.properties.hasPrefix("id-block=\(Data(other.block).base64EncodedString()),"))
        #expect(ours.properties.hasSuffix(",author-key-enabled=on"))
    }

    @Test func `both tools' signatures are of the block and of the ID key`() throws {
        let other = try Other()
        #expect(try Self.verify(other.authentication, of: other.block) == [true, true])
        let ours = try identity(["--author-key", Self.authorKey])
        #expect(try Self.verify(ours.authentication, of: ours.block) == [true, true])
        var tampered = ours.block
        tampered[0] ^= 1
        #expect(try Self.verify(ours.authentication, of: tampered) == [false, true])
    }

    @Test func `without an author, nobody vouches for the ID key`() throws {
        let identity = try identity()
        #expect(identity.authorKeyDigest == nil)
        #expect(identity.authentication[1664...].allSatisfy { $0 == 0 })
        #expect(!identity.properties.contains("author-key-enabled"))
    }

    /// AMD SEV-SNP firmware ABI (56860), "Structure of the ID Block".
    @Test func `identifiers, version and policy are in their places`() throws {
        let identity = try identity([
            "--family-id", "000102030405060708090a0b0c0d0e0f", "--image-id",
            "F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF", "--guest-svn", "0x01020304", "--policy", "0xb0000",
        ])
        let block = identity.block
        #expect(hexadecimal(block[..<48]) == Self.digest)
        #expect(Array(block[48..<64]) == (0..<16).map { UInt8($0) })
        #expect(Array(block[64..<80]) == (0xF0...0xFF).map { UInt8($0) })
        #expect(Array(block[80..<88]) == [1, 0, 0, 0, 4, 3, 2, 1])
        #expect(Array(block[88...]) == [0, 0, 0xB, 0, 0, 0, 0, 0])
        #expect(identity.properties.hasPrefix("policy=0xb0000,id-block="))
    }

    /// Forms that `openssl` writes: each has the same key.
    @Test func `a key may be PEM or DER, SEC 1 or PKCS 8`() throws {
        let key = P384.Signing.PrivateKey()
        let pkcs8 = key.pemRepresentation
        let forms: [Data] = [
            Data(pkcs8.utf8), key.derRepresentation,
            Data(pkcs8.replacing("\n", with: "\r\n").utf8), Data((pkcs8 + "\n\n").utf8),
            Data("Bag Attributes\n    friendlyName: id\n\(pkcs8)".utf8),
        ]
        for form in forms {
            try withKey(form) { path in
                let found = try IdentityKey(FilePath(path))
                let point = Array(key.publicKey.x963Representation)
                #expect(Array(found.publicKey[..<4]) == [2, 0, 0, 0])
                #expect(Array(found.publicKey[4..<52]) == point[1..<49].reversed())
                #expect(Array(found.publicKey[76..<124]) == point[49...].reversed())
            }
        }
    }

    @Test(arguments: [
        (Data(), "not a private EC key"), (Data("x".utf8), "not a private EC key"),
        (Data(P256.Signing.PrivateKey().pemRepresentation.utf8), "curve P-384"),
        (Data(P521.Signing.PrivateKey().pemRepresentation.utf8), "curve P-384"),
        (
            Data("-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n".utf8),
            "not a private EC key"
        ),
        (Data("-----BEGIN PRIVATE KEY-----\nAAAA\n".utf8), "no private key"),
        (
            Data(P384.Signing.PrivateKey().publicKey.pemRepresentation.utf8),
            "no private key (found 'PUBLIC KEY')"
        ),
        (
            Data(
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----"
                    .utf8
            ), "protected by a password"
        ),
        (
            Data(
                """
                -----BEGIN EC PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-256-CBC,00

                AAAA
                -----END EC PRIVATE KEY-----
                """.utf8
            ), "protected by a password"
        ),
    ])
    func `another file is no key`(content: Data, part: String) throws {
        try withKey(content) { path in
            let failure = #expect(throws: LaunchFailure.self) { try IdentityKey(FilePath(path)) }
            #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
            #expect(failure?.exitStatus == .usage)
        }
    }

    /// Of 48 bytes too, and so it would be taken for P-384 by its length.
    @Test func `a key of another curve of that size is refused`() throws {
        var der = P384.Signing.PrivateKey().derRepresentation
        let curve = Data([0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22])
        let range = try #require(der.firstRange(of: curve))
        der[range.upperBound - 1] = 0x23
        try withKey(der) { path in
            #expect(throws: LaunchFailure.self) { try IdentityKey(FilePath(path)) }
        }
    }

    @Test func `a key that is missing has the status of a missing file`() {
        let failure = #expect(throws: LaunchFailure.self) { try IdentityKey("/nowhere/key") }
        #expect(failure?.exitStatus == .volumeMissing)
    }

    @Test func `no ID block is signed for a digest that is not the expected one`() throws {
        let digest = ExpectedDigest(
            variant: nil,
            digest: Planning.Digest(.sha384, bytes: filler(48))
        )
        let options = try IdentityOptions.parse(["--id-key", "/nowhere/key"])
        let wrong = try MeasureOutput.parse(["--expect", Self.digest]).output(options.request())
        #expect(throws: ExitCode(65)) { try wrong.show([digest]) }
        let right = try MeasureOutput.parse(["--expect", digest.digest.hex])
            .output(options.request())
        #expect(throws: ExitCode(66)) { try right.show([digest]) }
    }

    private func withKey(_ content: Data, _ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "launcherctl-\(UUID().uuidString).pem")
        try content.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try body(file.path)
    }
}
