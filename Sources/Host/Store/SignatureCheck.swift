package import Planning
package import SystemPackage

/// The vendor's signature of a file, beside the file.
package struct SignatureCheck: Sendable {
    /// The file with the signature, for messages.
    private let file: String
    private let signature: VendorSignature

    /// - Parameter path: a regular file of any owner.
    package init(_ path: FilePath) throws(LaunchFailure) {
        let bytes = try failing { () throws(HostFileError) in
            try HostFiles.content(at: path, limit: VendorSignature.maximumByteCount)
        }
        file = path.string
        signature = try failing { () throws(VendorSignatureError) in
            try VendorSignature(parsing: bytes, file: path.string)
        }
    }

    /// Who made the signature.
    package struct Result: Equatable, Sendable {
        /// minisign's number of the key, or OpenPGP's fingerprint.
        package let keyID: String
        /// What the vendor signed together with the file.
        package let comment: ByteString?
    }

    /// - Throws: ``Planning/VendorSignatureError`` if it is not the key's signature of these bytes.
    package func verify(
        _ download: Download,
        by key: VendorKey,
    ) throws(LaunchFailure) -> Result {
        switch (signature, key) {
        case (.ed25519(let signature), .ed25519(let key)):
            let message =
                signature.isPrehashed ? try Self.hash(of: download) : download.bytes
            do throws(VendorSignatureError.Cause) {
                try signature.verify(message, by: key)
            } catch {
                throw failure(error)
            }
            return Result(keyID: key.id.description, comment: signature.comment?.text)
        case (.openPGP(let signature), .openPGP(let key)):
            return try verify(signature, of: download, by: key)
        case (.ed25519, .openPGP), (.openPGP, .ed25519): throw failure(.otherKind)
        }
    }

    /// An error about the signature.
    package func failure(_ cause: VendorSignatureError.Cause) -> LaunchFailure {
        LaunchFailure(VendorSignatureError(file: file, cause: cause))
    }

    /// Its BLAKE2b-512, which is what b2sum computes unless it is told otherwise.
    private static func hash(of download: Download) throws(LaunchFailure) -> [UInt8] {
        let memory = try failing { () throws(HostError) in try download.inMemory() }
        let path = try failing { () throws(HostError) in try memory.path }
        let output = try failing { () throws(ChildProcessError) in
            try Companion.run("/usr/bin/b2sum", [], input: path)
        }
        guard let output, output.status == 0,
            let word = output.text.split(separator: " ").first
        else { throw LaunchFailure(MissingVerifier.b2sum) }
        // A BLAKE2b-512 has the form of a SHA-512.
        return try failing { () throws(DigestError) in
            try Digest(.sha512, hex: String(word)).bytes
        }
    }
}

extension SignatureCheck {
    /// By gpgv, or else by sqv.
    private func verify(
        _ signature: [UInt8],
        of download: Download,
        by key: [UInt8],
    ) throws(LaunchFailure) -> Result {
        let files: OpenPGPFiles
        do throws(HostError) {
            files = try OpenPGPFiles(signature, of: download, by: key)
        } catch {
            throw LaunchFailure(error)
        }
        if let fingerprint = try gpgv(files) { return Result(keyID: fingerprint, comment: nil) }
        if let fingerprint = try sqv(files) { return Result(keyID: fingerprint, comment: nil) }
        throw LaunchFailure(MissingVerifier.openPGP)
    }

    /// - Returns: the fingerprint of the key; `nil` if there is no gpgv.
    private func gpgv(_ files: borrowing OpenPGPFiles) throws(LaunchFailure) -> String? {
        let arguments =
            try ["--status-fd", "1", "--weak-digest", "SHA1"] + files.arguments()
        let output = try failing { () throws(ChildProcessError) in
            try Companion.run("/usr/bin/gpgv", arguments)
        }
        guard let output else { return nil }
        let status = GPGStatus(output.text)
        if let refusal = status.refusal { throw failure(refusal) }
        guard output.status == 0, let fingerprint = status.fingerprint else {
            throw failure(.refused(by: "gpgv"))
        }
        return fingerprint
    }

    /// - Returns: the fingerprint of the key; `nil` if there is no sqv.
    private func sqv(_ files: borrowing OpenPGPFiles) throws(LaunchFailure) -> String? {
        let arguments = try files.arguments()
        let output = try failing { () throws(ChildProcessError) in
            try Companion.run("/usr/bin/sqv", arguments)
        }
        guard let output else { return nil }
        let lines = output.text.split(separator: "\n")
        guard output.status == 0, let fingerprint = lines.first else {
            throw failure(.refused(by: "sqv"))
        }
        return String(fingerprint)
    }
}

/// What a verifier of OpenPGP reads.
private struct OpenPGPFiles: ~Copyable {
    let key: SealedMemory
    let signature: SealedMemory
    let data: SealedMemory

    init(_ signature: [UInt8], of download: Download, by key: [UInt8]) throws(HostError) {
        let keys = try SealedMemory.copy(of: key, name: "key")
        let signatures = try SealedMemory.copy(of: signature, name: "signature")
        data = try download.inMemory()
        self.key = keys
        self.signature = signatures
    }

    /// As both verifiers take them.
    borrowing func arguments() throws(LaunchFailure) -> [String] {
        do throws(HostError) {
            return [
                "--keyring", try key.path.string, try signature.path.string, try data.path.string,
            ]
        } catch {
            throw LaunchFailure(error)
        }
    }
}

/// What gpgv says for programs (GnuPG `doc/DETAILS`, "Format of the --status-fd output").
private struct GPGStatus {
    /// Of the primary key, if every signature is good, and by a key that is neither expired nor
    /// revoked.
    let fingerprint: String?

    /// Why it accepts none, as far as it says.
    let refusal: VendorSignatureError.Cause?

    init(_ text: String) {
        var isGood = false
        var refusal: VendorSignatureError.Cause?
        var found: String?
        for line in text.split(separator: "\n") where line.hasPrefix("[GNUPG:] ") {
            let words = line.split(separator: " ").dropFirst()
            switch words.first {
            case "GOODSIG": isGood = true
            case "VALIDSIG": found = words.last.map { String($0) }
            case "BADSIG": refusal = .otherFile
            case "NO_PUBKEY": refusal = words.dropFirst().first.map { .unknownKey(String($0)) }
            case "EXPKEYSIG": refusal = .expiredKey
            case "REVKEYSIG": refusal = .revokedKey
            case "EXPSIG": refusal = .expiredSignature
            // After it there may be more of the reason.
            case "ERRSIG", "NODATA": refusal = refusal ?? .refused(by: "gpgv")
            default: continue
            }
        }
        self.refusal = refusal
        fingerprint = isGood ? found : nil
    }
}

/// No program is there that could verify a signature.
package enum MissingVerifier: Failure {
    case b2sum
    case openPGP

    package var message: String {
        switch self {
        case .b2sum: "the signature cannot be verified: /usr/bin/b2sum is missing, or does not work"
        case .openPGP:
            "the signature cannot be verified: neither /usr/bin/gpgv nor /usr/bin/sqv is there"
        }
    }

    package var hint: String? {
        switch self {
        case .b2sum: "apt install coreutils"
        case .openPGP: "apt install gpgv"
        }
    }

    package var exitStatus: ExitStatus { .unavailable }
}
