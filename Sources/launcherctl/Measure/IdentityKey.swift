import FoundationEssentials
import Host
import Planning
import SystemPackage

import enum Crypto.P384
import struct Crypto.SHA384

/// A private key of a guest's owner: EC, curve P-384, which is all that the platform knows.
struct IdentityKey {
    static let publicKeyByteCount = 1028
    static let signatureByteCount = 512
    private static let limit = 1 << 16
    /// A coordinate, and each half of a signature, has 48 bytes and room for 72.
    private static let numberByteCount = 48
    private static let roomByteCount = 72

    private let key: P384.Signing.PrivateKey

    /// - Parameter path: of a PEM or DER file, SEC 1 or PKCS #8, without a password.
    init(_ path: FilePath) throws(LaunchFailure) {
        let bytes: [UInt8]
        do throws(HostFileError) {
            bytes = try HostFiles.content(at: path, limit: Self.limit)
        } catch {
            throw LaunchFailure(MeasurementGap.fileUnreadable(cause: LaunchFailure(error)))
        }
        do throws(IdentityKeyError) {
            try self.init(bytes, path)
        } catch {
            throw LaunchFailure(error)
        }
    }

    private init(_ bytes: [UInt8], _ path: FilePath) throws(IdentityKeyError) {
        let der = try Self.der(bytes, path)
        // swift-crypto does not look at the curve of every form, and others have 48 bytes too.
        guard der.contains(Self.curveIdentifier) else { throw .otherKey(path: path) }
        do {
            key = try P384.Signing.PrivateKey(derRepresentation: der)
        } catch {
            throw .otherKey(path: path)
        }
    }

    /// `secp384r1`, 1.3.132.0.34, in DER.
    private static let curveIdentifier: [UInt8] = [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22]

    private static func der(
        _ bytes: [UInt8],
        _ path: FilePath,
    ) throws(IdentityKeyError) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("-----BEGIN ") else { return bytes }
        // 'openssl ecparam -genkey' puts a block of parameters in front.
        var labels: [String] = []
        var block: [Substring]?
        for line in text.split(whereSeparator: \.isNewline) {
            if let label = label(of: line, "-----BEGIN ") {
                labels.append(label)
                block = ["PRIVATE KEY", "EC PRIVATE KEY"].contains(label) ? [] : nil
            } else if label(of: line, "-----END ") != nil {
                guard let block else { continue }
                guard !block.contains(where: { $0.contains("ENCRYPTED") }) else {
                    throw .encrypted(path: path)
                }
                guard let data = Data(base64Encoded: block.joined()) else {
                    throw .otherKey(path: path)
                }
                return Array(data)
            } else {
                block?.append(line)
            }
        }
        if labels.contains("ENCRYPTED PRIVATE KEY") { throw .encrypted(path: path) }
        throw .noPrivateKey(path: path, found: labels.joined(separator: ", "))
    }

    private static func label(of line: Substring, _ start: String) -> String? {
        guard line.hasPrefix(start), line.hasSuffix("-----") else { return nil }
        return String(line.dropFirst(start.count).dropLast(5))
    }

    /// As the platform reads it: the curve, and the coordinates from the low byte on.
    var publicKey: [UInt8] {
        Self.numbers(key.publicKey.rawRepresentation, after: [2, 0, 0, 0], Self.publicKeyByteCount)
    }

    /// SHA-384 of the public key.
    var digest: Planning.Digest {
        let bytes = publicKey
        return Planning.Digest(.sha384, bytes: SHA384.hash(bytes.span))
    }

    /// ECDSA with SHA-384. It is another one each time.
    func signature(of bytes: [UInt8]) throws(LaunchFailure) -> [UInt8] {
        do {
            let signature = try key.signature(for: bytes)
            return Self.numbers(signature.rawRepresentation, after: [], Self.signatureByteCount)
        } catch {
            throw LaunchFailure(IdentityKeyError.notSigned)
        }
    }

    /// - Parameter pair: two numbers, from the high byte on.
    private static func numbers(_ pair: Data, after start: [UInt8], _ count: Int) -> [UInt8] {
        let room = [UInt8](repeating: 0, count: roomByteCount - numberByteCount)
        let bytes =
            start + pair.prefix(numberByteCount).reversed() + room
            + pair.suffix(numberByteCount).reversed() + room
        return bytes + [UInt8](repeating: 0, count: count - bytes.count)
    }
}

/// Why a file is not a key to sign an ID block with.
enum IdentityKeyError: Failure {
    case encrypted(path: FilePath)
    /// What the file has instead.
    case noPrivateKey(path: FilePath, found: String)
    case otherKey(path: FilePath)
    case notSigned

    var message: String {
        switch self {
        case .encrypted(let path): "\(quoted(path.string)): the key is protected by a password"
        case .noPrivateKey(let path, let found):
            "\(quoted(path.string)): no private key (found \(quoted(found)))"
        case .otherKey(let path):
            "\(quoted(path.string)): not a private EC key of curve P-384, in PEM or DER"
        case .notSigned: "the ID block could not be signed"
        }
    }

    var hint: String? {
        switch self {
        case .encrypted(let path): "openssl pkey -in \(quoted(path.string)) -out KEY"
        case .noPrivateKey, .otherKey:
            "'openssl ecparam -name secp384r1 -genkey -noout -out KEY' makes one"
        case .notSigned: nil
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .encrypted, .noPrivateKey, .otherKey: .usage
        case .notSigned: .software
        }
    }
}
