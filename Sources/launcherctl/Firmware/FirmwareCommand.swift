import ArgumentParser
import Host
import Planning
import SystemPackage

/// `launcherctl firmware`: the firmware images of this host's storages.
struct FirmwareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "firmware",
        abstract: "Keeps firmware images in the storages of this host.",
        discussion: """
            A firmware image is one file in a storage's directory for firmware, named \
            STORAGE:efi-firmware/FILE. It has to be read-only and pinned: its checksum is in \
            launcher.conf, and an image with another one is not started.

            EXAMPLES
              launcherctl firmware add --pin ovmf.fd local:efi-firmware/ovmf-2025.05.fd
              launcherctl firmware list
              launcherctl firmware verify
            """,
        subcommands: [
            FirmwareAddCommand.self, FirmwareAdoptCommand.self, FirmwareListCommand.self,
            FirmwareVerifyCommand.self, FirmwarePinCommand.self, FirmwareUnpinCommand.self,
            FirmwareUpdateCommand.self, FirmwareRollbackCommand.self, FirmwareRemoveCommand.self,
        ],
    )
}

/// What every command takes.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Read this file instead of the default.", valueName: "file"),
        completion: .file(),
    )
    var config: String?

    /// From the root of the file system; `nil` for the default.
    var configurationPath: FilePath? { config.map { workingPath($0) } }

    func inventory() throws(LaunchFailure) -> Inventory { try Inventory(configurationPath) }
}

/// A firmware image on the command line.
struct VolumeArgument: ExpressibleByArgument {
    let text: String

    init(argument: String) {
        text = argument
    }

    func volume() throws(LaunchFailure) -> FirmwareVolumeID {
        try failing { () throws(VolumeIDError) in try FirmwareVolumeID(parsing: text) }
    }
}

/// Checksums that an image must have.
struct DigestOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The SHA-256 that the image must have.", valueName: "hex"))
    var sha256: String?

    @Option(help: ArgumentHelp("The SHA-384 that the image must have.", valueName: "hex"))
    var sha384: String?

    @Option(help: ArgumentHelp("The SHA-512 that the image must have.", valueName: "hex"))
    var sha512: String?

    var isGiven: Bool { sha256 != nil || sha384 != nil || sha512 != nil }

    func digests() throws(LaunchFailure) -> [Digest] {
        try failing { () throws(DigestError) in
            var digests: [Digest] = []
            if let sha256 { digests.append(try Digest(.sha256, hex: sha256)) }
            if let sha384 { digests.append(try Digest(.sha384, hex: sha384)) }
            if let sha512 { digests.append(try Digest(.sha512, hex: sha512)) }
            return digests
        }
    }
}

/// The vendor's signature of a new image, and the keys that may have made it.
struct SignatureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The vendor's signature of the file: minisign, signify or OpenPGP.",
            valueName: "file",
        ),
        completion: .file(),
    )
    var signature: String?

    @Option(
        help: ArgumentHelp("The public key that has to have made it.", valueName: "file"),
        completion: .file(),
    )
    var key: String?

    @Option(
        help: ArgumentHelp(
            "The vendor of launcher.conf that has to have made it. Without it: any of them.",
            valueName: "name",
        ),
        completion: .vendor,
    )
    var vendor: String?

    func validate() throws {
        guard signature != nil || (key == nil && vendor == nil) else {
            throw ValidationError("--key and --vendor need --signature")
        }
        guard key == nil || vendor == nil else {
            throw ValidationError("--key and --vendor are two ways to say whose signature it is")
        }
    }

    /// Who signed an image, as far as it was verified.
    struct VerifiedSigner {
        let name: Signer
        let result: SignatureCheck.Result

        /// - Parameter what: was signed.
        func show(_ what: String) {
            let vendor = if case .vendor(let name) = name { "vendor \(name), " } else { "" }
            Output.show("signed by \(vendor)key \(result.keyID): \(what)")
            if let comment = result.comment { Output.show("  comment \(quoted(comment))") }
        }
    }

    /// - Returns: `nil` if no signature is given.
    /// - Throws: if it is not a signature of these bytes, by one of the keys that it may be by.
    func signer(
        of download: Download,
        in inventory: Inventory,
    ) throws(LaunchFailure) -> VerifiedSigner? {
        guard let signature else { return nil }
        let check = try SignatureCheck(FilePath(signature))
        if let key {
            let bytes = try failing { () throws(HostFileError) in
                try HostFiles.content(at: FilePath(key), limit: Self.maximumKeyByteCount)
            }
            let result = try check.verify(download, by: try Self.key(bytes, key))
            return try VerifiedSigner(name: Self.signer(by: result, check), result: result)
        }
        let vendors = try vendors(in: inventory)
        return try vendors.count == 1 && vendors[0].keys.count == 1
            ? signer(of: download, by: vendors[0], vendors[0].keys[0].value, check)
            : only(vendors, download, check)
    }

    private static let maximumKeyByteCount = 1 << 20

    private static func key(_ bytes: [UInt8], _ file: String) throws(LaunchFailure) -> VendorKey {
        try failing { () throws(VendorSignatureError) in try VendorKey(parsing: bytes, file: file) }
    }

    private static func signer(
        by result: SignatureCheck.Result,
        _ check: SignatureCheck,
    ) throws(LaunchFailure) -> Signer {
        guard let signer = Signer("key:\(result.keyID)") else { throw check.failure(.damaged) }
        return signer
    }

    private func vendors(in inventory: Inventory) throws(LaunchFailure) -> [VendorSection] {
        let all = inventory.configuration.vendors
        guard let vendor else {
            guard !all.isEmpty else { throw LaunchFailure(UnknownVendor.none) }
            return all
        }
        guard let section = inventory.configuration.vendor(named: vendor) else {
            throw LaunchFailure(UnknownVendor.named(vendor, known: all.map(\.name)))
        }
        return [section]
    }

    /// Whoever may write the key file says who the vendor is: as with launcher.conf itself, that is
    /// root.
    private func signer(
        of download: Download,
        by vendor: VendorSection,
        _ file: FilePath,
        _ check: SignatureCheck,
    ) throws(LaunchFailure) -> VerifiedSigner {
        let bytes = try failing { () throws(HostFileError) in
            guard let bytes = try HostFiles.configuration(at: file) else {
                throw .missing(path: file)
            }
            return bytes
        }
        let result = try check.verify(download, by: try Self.key(bytes, file.string))
        return VerifiedSigner(name: vendor.signer, result: result)
    }

    /// Of several vendors, or keys, the one that fits.
    private func only(
        _ vendors: [VendorSection],
        _ download: Download,
        _ check: SignatureCheck,
    ) throws(LaunchFailure) -> VerifiedSigner {
        var found: [VerifiedSigner] = []
        var failures: [LaunchFailure] = []
        for vendor in vendors {
            for key in vendor.keys where found.last?.name != vendor.signer {
                do throws(LaunchFailure) {
                    found.append(try signer(of: download, by: vendor, key.value, check))
                } catch {
                    guard error.isAboutSigner else { throw error }
                    failures.append(error)
                }
            }
        }
        guard found.count < 2 else {
            throw check.failure(.severalVendors(found.map(\.name.description)))
        }
        if let signer = found.first { return signer }
        // The right key, and another file, tells more than all the wrong keys.
        throw failures.first { $0.isAboutSignedBytes }
            ?? check.failure(.noKeyFits(vendors: vendors.map(\.name)))
    }
}

extension LaunchFailure {
    private var signatureCause: VendorSignatureError.Cause? {
        (cause as? VendorSignatureError)?.cause
    }

    /// Whether another key could have made the signature.
    fileprivate var isAboutSigner: Bool {
        switch signatureCause {
        case .otherKind, .otherKey, .unknownKey, .expiredKey, .expiredSignature, .otherFile,
            .commentForged, .refused:
            true
        case .notSignature, .notKey, .secretKey, .damaged, .damagedKey, .severalKeys, .revokedKey,
            .weakKey, .severalSignatures, .signatureVersion, .notOfBinaryFile, .weakHash,
            .noKeyFits, .severalVendors, nil:
            false
        }
    }

    /// Whether the signature could be one of other bytes.
    var isAboutSignedBytes: Bool {
        switch signatureCause {
        case .otherFile, .refused: true
        case .otherKind, .otherKey, .unknownKey, .expiredKey, .expiredSignature, .commentForged,
            .notSignature, .notKey, .secretKey, .damaged, .damagedKey, .severalKeys, .revokedKey,
            .weakKey, .severalSignatures, .signatureVersion, .notOfBinaryFile, .weakHash,
            .noKeyFits, .severalVendors, nil:
            false
        }
    }
}

/// Nobody said whose signature it is.
private enum UnknownVendor: Failure {
    case none
    case named(String, known: [String])

    var message: String {
        switch self {
        case .none: "launcher.conf has no vendor whose signature it could be"
        case .named(let name, _): "vendor \(quoted(name)): launcher.conf has no section for it"
        }
    }

    var hint: String? {
        switch self {
        case .none: "give the vendor's public key: --key FILE; or write a 'vendor:' section"
        case .named(_, let known):
            known.isEmpty ? nil : "there are \(known.map { quoted($0) }.joined(separator: ", "))"
        }
    }

    var exitStatus: ExitStatus { .usage }
}
