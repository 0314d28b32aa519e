import enum Crypto.Curve25519

/// A vendor's signature that is a file of its own, beside what was signed.
package enum VendorSignature: Equatable, Sendable {
    /// Of minisign or of OpenBSD's signify.
    case ed25519(Ed25519Signature)
    /// Packets, without armour; only signatures of binary files, by strong hash functions.
    case openPGP([UInt8])

    /// The longest file that is read as one.
    package static let maximumByteCount = 64 << 10

    /// - Parameter file: its name, for messages.
    package init(parsing bytes: [UInt8], file: String) throws(VendorSignatureError) {
        do throws(VendorSignatureError.Cause) {
            if bytes.starts(with: SignedText.mark) {
                self = .ed25519(try Ed25519Signature(SignedText(bytes)))
            } else {
                let packets = try OpenPGP.unarmoured(bytes, "SIGNATURE", or: .notSignature)
                try OpenPGP.requireSignature(packets)
                self = .openPGP(packets)
            }
        } catch {
            throw VendorSignatureError(file: file, cause: error)
        }
    }
}

/// The public key that a vendor's signatures are verified with.
package enum VendorKey: Equatable, Sendable {
    case ed25519(Ed25519Key)
    /// Packets, without armour.
    case openPGP([UInt8])

    /// - Parameter file: its name, for messages.
    package init(parsing bytes: [UInt8], file: String) throws(VendorSignatureError) {
        do throws(VendorSignatureError.Cause) {
            // minisign's documentation shows keys as one word, without the line above it.
            if bytes.starts(with: SignedText.mark) || bytes.starts(with: "RW".utf8) {
                self = .ed25519(try Ed25519Key(bytes))
            } else {
                let packets = try OpenPGP.unarmoured(bytes, "PUBLIC KEY BLOCK", or: .notKey)
                try OpenPGP.requireKey(packets)
                self = .openPGP(packets)
            }
        } catch {
            // A download that is damaged is another matter.
            let cause = error == .damaged ? .damagedKey : error
            throw VendorSignatureError(file: file, cause: cause)
        }
    }
}

/// A signature of minisign or signify.
///
/// Source: https://jedisct1.github.io/minisign/ ("Signature format"), and signify.c of OpenBSD, whose
/// format is the same, without the second pair of lines.
package struct Ed25519Signature: Equatable, Sendable {
    package let keyID: Ed25519Key.ID
    /// Whether it is over the BLAKE2b-512 of the file, and not over the file itself.
    package let isPrehashed: Bool
    package let comment: TrustedComment?
    private let bytes: [UInt8]

    /// A line that the vendor signed together with the signature, such as the name of the file.
    package struct TrustedComment: Equatable, Sendable {
        package let text: ByteString
        fileprivate let signature: [UInt8]
    }

    private static let trustedMark = Array("trusted comment: ".utf8)

    fileprivate init(_ text: SignedText) throws(VendorSignatureError.Cause) {
        guard text.lines.count == 2 || text.lines.count == 4 else { throw .notSignature }
        let packed = try text.packed(1, byteCount: 2 + Ed25519Key.ID.byteCount + 64)
        let algorithm = packed[..<2]
        isPrehashed = algorithm.elementsEqual("ED".utf8)
        guard isPrehashed || algorithm.elementsEqual("Ed".utf8) else { throw .notSignature }
        keyID = Ed25519Key.ID(bytes: Array(packed[2..<10]))
        bytes = Array(packed[10...])
        if text.lines.count == 4 {
            guard text.lines[2].starts(with: Self.trustedMark) else { throw .notSignature }
            comment = TrustedComment(
                text: ByteString(text.lines[2].dropFirst(Self.trustedMark.count)),
                signature: try text.packed(3, byteCount: 64),
            )
        } else {
            // signify hashes nothing beforehand, and minisign never leaves the comment out.
            guard !isPrehashed else { throw .notSignature }
            comment = nil
        }
    }

    /// - Parameter message: the file, or its BLAKE2b-512 if the signature is over that.
    /// - Throws: if it is not the key's signature of the message, or the comment is not signed.
    package func verify(
        _ message: [UInt8],
        by key: Ed25519Key,
    ) throws(VendorSignatureError.Cause) {
        guard keyID == key.id else {
            throw .otherKey(signature: keyID.description, key: key.id.description)
        }
        guard try key.hasSigned(message, bytes) else { throw .otherFile }
        guard let comment else { return }
        guard try key.hasSigned(bytes + comment.text.bytes, comment.signature) else {
            throw .commentForged
        }
    }
}

/// A public key of minisign or signify.
package struct Ed25519Key: Equatable, Sendable {
    /// Random bytes that a signature names its key by.
    package struct ID: Hashable, Sendable, CustomStringConvertible {
        static let byteCount = 8
        let bytes: [UInt8]

        /// As minisign prints it: a little-endian number.
        package var description: String { hexadecimal(bytes.reversed()).uppercased() }
    }

    package let id: ID
    private let bytes: [UInt8]

    fileprivate init(_ file: [UInt8]) throws(VendorSignatureError.Cause) {
        let text = try SignedText(file)
        let hasComment = file.starts(with: SignedText.mark)
        guard text.lines.count == (hasComment ? 2 : 1) else { throw .notKey }
        let line = text.lines.count - 1
        let packed: [UInt8]
        do throws(VendorSignatureError.Cause) {
            packed = try text.packed(line, byteCount: 2 + ID.byteCount + 32)
        } catch {
            throw .notKey
        }
        guard packed[..<2].elementsEqual("Ed".utf8) else { throw .notKey }
        id = ID(bytes: Array(packed[2..<10]))
        bytes = Array(packed[10...])
    }

    fileprivate func hasSigned(
        _ message: [UInt8],
        _ signature: [UInt8],
    ) throws(VendorSignatureError.Cause) -> Bool {
        do {
            let key = try Curve25519.Signing.PublicKey(rawRepresentation: bytes)
            return key.isValidSignature(signature, for: message)
        } catch {
            throw .notKey
        }
    }
}

/// The lines of a file of minisign or signify.
struct SignedText {
    static let mark = Array("untrusted comment:".utf8)

    let lines: [ArraySlice<UInt8>]

    init(_ bytes: [UInt8]) throws(VendorSignatureError.Cause) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
        while lines.last?.isEmpty ?? false { lines.removeLast() }
        self.lines = lines
    }

    func packed(
        _ line: Int,
        byteCount: Int,
    ) throws(VendorSignatureError.Cause) -> [UInt8] {
        guard let bytes = base64(lines[line]), bytes.count == byteCount else { throw .damaged }
        return bytes
    }
}

/// Why a file is not what its vendor signed, as far as one can tell.
package struct VendorSignatureError: Failure {
    /// The signature, or the key.
    package let file: String
    package let cause: Cause

    package init(file: String, cause: Cause) {
        self.file = file
        self.cause = cause
    }

    package enum Cause: Error, Equatable, Sendable {
        // What the files are.
        case notSignature
        case notKey
        case secretKey
        case damaged
        case damagedKey
        case severalKeys(Int)
        case revokedKey
        case weakKey(bits: Int)
        case severalSignatures(Int)
        case signatureVersion(UInt8)
        case notOfBinaryFile
        case weakHash

        // What the key says to the signature.
        case otherKind
        case otherKey(signature: String, key: String)
        /// OpenPGP's name of the key that made the signature.
        case unknownKey(String)
        case expiredKey
        case expiredSignature
        case otherFile
        case commentForged
        /// gpgv or sqv does not accept the signature.
        case refused(by: String)
        case noKeyFits(vendors: [String])
        case severalVendors([String])
    }

    package var message: String { "\(quoted(file)): \(cause.text)" }
    package var hint: String? { cause.hint }

    package var exitStatus: ExitStatus {
        switch cause {
        case .notKey, .secretKey, .damagedKey, .severalKeys, .revokedKey, .weakKey,
            .severalVendors:
            .configuration
        case .notSignature, .damaged, .severalSignatures, .signatureVersion, .notOfBinaryFile,
            .weakHash, .otherKind, .otherKey, .unknownKey, .expiredKey, .expiredSignature,
            .otherFile, .commentForged, .refused, .noKeyFits:
            .imageRefused
        }
    }
}

extension VendorSignatureError.Cause {
    fileprivate var text: String {
        switch self {
        case .notSignature: "not a detached signature of minisign, signify or OpenPGP"
        case .notKey: "not a public key of minisign, signify or OpenPGP"
        case .secretKey: "a secret key (expected a public one)"
        case .damaged: "damaged: it has the form of a signature or key, and cannot be read"
        case .damagedKey: "damaged: it has the form of a key, and cannot be read as one"
        case .severalKeys(let count): "\(count) keys (expected one)"
        case .revokedKey: "the key is revoked"
        case .weakKey(let bits): "a weak key (expected 2048 bits or more, found \(bits))"
        case .severalSignatures(let count): "\(count) signatures (expected one)"
        case .signatureVersion(let version):
            "an OpenPGP signature of another version (expected 4 or 6, found \(version))"
        case .notOfBinaryFile:
            "an OpenPGP signature of a text or a key (expected one of a binary file)"
        case .weakHash:
            "the signature is over a weak hash (expected SHA-256, SHA-384, SHA-512 or SHA-3)"
        case .otherKind: "the signature and the key are of different kinds"
        case .otherKey(let signature, let key):
            "made by another key (expected \(key), found \(signature))"
        case .unknownKey(let key): "made by the key \(key), which is not the one that was given"
        case .expiredKey: "the key that made the signature has expired"
        case .expiredSignature: "the signature has expired"
        case .otherFile: "not a signature of this file"
        case .commentForged: "its trusted comment was changed"
        case .refused(let program): "\(program) does not accept the signature"
        case .noKeyFits(let vendors):
            "made by no key of launcher.conf (vendors: \(vendors.joined(separator: ", ")))"
        case .severalVendors(let vendors):
            "several vendors have the key that made it: \(vendors.joined(separator: ", "))"
        }
    }

    fileprivate var hint: String? {
        switch self {
        case .notSignature, .signatureVersion, .notOfBinaryFile, .weakHash, .damaged, .otherFile,
            .commentForged, .severalSignatures, .expiredSignature:
            "download the file and its signature again; nothing was added"
        case .notKey, .damagedKey, .severalKeys:
            "'gpg --export KEY' writes a public key of OpenPGP; one key a file"
        case .secretKey: "a secret key should not be on this host; give the vendor's public key"
        case .otherKind, .otherKey, .unknownKey, .expiredKey, .revokedKey, .weakKey, .noKeyFits:
            "get the vendor's key from a place that you trust, and not beside the file;"
                + " nothing was added"
        case .refused:
            "the file may be another one, or the key another one or expired; nothing was added"
        case .severalVendors: "name the one that you mean: --vendor NAME"
        }
    }
}
