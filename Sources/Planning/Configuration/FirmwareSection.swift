package import SystemPackage

/// A `firmware:` section: which checksums an image must have, and what it may be used for.
package struct FirmwareSection: Hashable, Sendable {
    package let subject: Subject
    /// Of the section's header.
    package let line: Int
    /// At least one; every one of them has to match.
    package let digests: [Setting<Digest>]
    /// What images with these digests tell of their build, so that a launch need not look.
    package let build: Setting<FirmwareBuild>?
    /// Who signed an image with these digests, for people: a start needs neither key nor signature.
    package let signer: Setting<Signer>?
    /// The guests that it may be used for; `nil` for all.
    package let guests: Setting<[GuestKind]>?
    /// VMs that carry it ask for the image.
    package let tag: Setting<Tag>?
    package let comment: String?
    /// Codes of warnings about the image that somebody has seen and accepts.
    package let accepted: [Setting<ImageWarning.Code>]

    package enum Subject: Hashable, Sendable, CustomStringConvertible {
        case volume(FirmwareVolumeID)
        /// Stock firmware, by its absolute path.
        case path(FilePath)

        package var description: String {
            switch self {
            case .volume(let volume): volume.description
            case .path(let path): path.string
            }
        }
    }

    /// The digests as an image request has them, with their lines for hints.
    package func pins(file: String) -> [ImageRequest.Pin] {
        digests.map { ImageRequest.Pin(digest: $0.value, origin: place($0.line, of: file)) }
    }

    /// What it says of the build, with its line.
    package func statedBuild(file: String) -> ImageRequest.StatedBuild? {
        build.map { ImageRequest.StatedBuild($0.value, origin: place($0.line, of: file)) }
    }

    /// Who signed the image, and where that is stated.
    package func statedSigner(file: String) -> StatedSigner? {
        signer.map { StatedSigner(signer: $0.value, origin: place($0.line, of: file)) }
    }

    private func place(_ line: Int?, of file: String) -> String {
        line.map { "\(file) line \($0)" } ?? file
    }
}

extension FirmwareSection {
    init(_ reader: SectionValues) throws(ConfigurationError) {
        subject = try Self.subject(reader)
        line = reader.line
        digests = try Self.digests(reader)
        build = try Self.build(reader)
        signer = try Self.signer(reader)
        guests = try reader.words("guest")
        tag = try Self.tag(reader)
        if let tag, case .path = subject { throw reader.error(.tagOfPath, line: tag.line) }
        comment = try reader.text("comment")?.value
        accepted = try Self.accepted(reader)
    }

    private static func subject(_ reader: SectionValues) throws(ConfigurationError) -> Subject {
        let id = reader.id
        if id.hasPrefix("/") {
            guard let text = id.text, isPlainAbsolutePath(text) else {
                let expected = "an absolute path without '.' and '..'"
                throw reader.error(.wrongSectionID(found: id, expected: expected))
            }
            return .path(FilePath(text))
        }
        do {
            return .volume(try FirmwareVolumeID(parsing: id))
        } catch {
            throw reader.error(.wrongForm(key: nil, .init(error)))
        }
    }

    private static func digests(
        _ reader: SectionValues,
    ) throws(ConfigurationError) -> [Setting<Digest>] {
        for (key, name) in [("md5", "MD5"), ("sha1", "SHA-1"), ("sha224", "SHA-224")]
            as [(StaticString, String)]
        {
            if let weak = reader.property(key) {
                let error = DigestError.algorithmTooWeak(name: name)
                throw reader.error(.wrongForm(key: nil, .init(error)), line: weak.line)
            }
        }
        var digests: [Setting<Digest>] = []
        for (key, algorithm) in [("sha256", .sha256), ("sha384", .sha384), ("sha512", .sha512)]
            as [(StaticString, Digest.Algorithm)]
        {
            guard let found = try reader.text(key) else { continue }
            do {
                digests.append(Setting(try Digest(algorithm, hex: found.value), line: found.line))
            } catch {
                throw reader.error(.wrongForm(key: nil, .init(error)), line: found.line)
            }
        }
        guard !digests.isEmpty else { throw reader.error(.missingDigest) }
        return digests
    }

    private static func build(
        _ reader: SectionValues
    ) throws(ConfigurationError) -> Setting<FirmwareBuild>? {
        guard let found = try reader.text("build") else { return nil }
        let words = listItems(found.value).map { FirmwareBuild.Word(rawValue: $0) }
        guard !words.contains(nil), let build = FirmwareBuild(words.compactMap(\.self)) else {
            throw reader.wrong("build", found, expected: FirmwareBuild.expectedWords)
        }
        return Setting(build, line: found.line)
    }

    private static func signer(
        _ reader: SectionValues
    ) throws(ConfigurationError) -> Setting<Signer>? {
        guard let found = try reader.text("signed-by") else { return nil }
        guard let signer = Signer(found.value) else {
            throw reader.wrong("signed-by", found, expected: "a vendor's name, or 'key:ID'")
        }
        return Setting(signer, line: found.line)
    }

    private static func tag(_ reader: SectionValues) throws(ConfigurationError) -> Setting<Tag>? {
        guard let found = try reader.text("tag") else { return nil }
        guard let tag = Tag(found.value) else {
            let expected = "one tag: letters, digits, '-', '_', '+' and '.'"
            throw reader.wrong("tag", found, expected: expected)
        }
        return Setting(tag, line: found.line)
    }

    private static func accepted(
        _ reader: SectionValues,
    ) throws(ConfigurationError) -> [Setting<ImageWarning.Code>] {
        // Only for messages: joining the names is a fifth of what a launch without firmware costs.
        func wrong(_ text: String, line: Int) -> ConfigurationError {
            let known = alternatives(ImageWarning.Code.allCases.map(\.rawValue))
            return reader.wrong("accept", Setting(text, line: line), expected: known)
        }
        var codes: [Setting<ImageWarning.Code>] = []
        for property in reader.properties
        where reader.configuration.matches(property.key, "accept") {
            let text = property.value.map { reader.configuration.text($0) } ?? ""
            let items = listItems(text)
            guard !items.isEmpty else { throw wrong(text, line: property.line) }
            for item in items {
                guard let code = ImageWarning.Code(rawValue: item) else {
                    throw wrong(item, line: property.line)
                }
                codes.append(Setting(code, line: property.line))
            }
        }
        return codes
    }
}

extension LauncherConfiguration {
    package func firmware(for subject: FirmwareSection.Subject) -> FirmwareSection? {
        switch subject {
        case .volume(let volume): firmware(for: volume)
        case .path(let path): firmware(for: path)
        }
    }

    /// The section that pins a firmware image.
    package func firmware(for volume: FirmwareVolumeID) -> FirmwareSection? {
        firmware.first { $0.subject == .volume(volume) }
    }

    /// The section that pins stock firmware. Proxmox writes its paths with a doubled slash, so
    /// they are compared as paths, not as text; symbolic links are not followed.
    package func firmware(for path: FilePath) -> FirmwareSection? {
        let path = path.lexicallyNormalized()
        return firmware.first { $0.subject == .path(path) }
    }
}

/// Who signed an image when it was added.
package enum Signer: Hashable, Sendable, CustomStringConvertible {
    /// By the name of its section, which may be gone since.
    case vendor(String)
    /// A key that no section had, by its ID or fingerprint.
    case key(String)

    private static let keyMark = "key:"
    private static let maximumByteCount = 64

    /// - Returns: `nil` if it is neither a name of letters, digits, `-`, `_`, `+` and `.`, nor `key:`
    ///   and hexadecimal digits.
    package init?(_ text: String) {
        if text.hasPrefix(Self.keyMark) {
            let id = String(text.dropFirst(Self.keyMark.count))
            guard 8...Self.maximumByteCount ~= id.utf8.count,
                id.utf8.allSatisfy({ hexValue($0) != nil })
            else { return nil }
            self = .key(id)
        } else {
            guard let first = text.utf8.first, isLetterOrDigit(first),
                text.utf8.count <= Self.maximumByteCount,
                text.utf8.allSatisfy({ isLetterOrDigit($0) || "-_+.".utf8.contains($0) })
            else { return nil }
            self = .vendor(text)
        }
    }

    package var description: String {
        switch self {
        case .vendor(let name): name
        case .key(let id): Self.keyMark + id
        }
    }
}

/// Who signed an image, and who says so.
package struct StatedSigner: Hashable, Sendable {
    package let signer: Signer
    /// `/etc/qemu-launcher/launcher.conf line 13`
    package let origin: String

    package init(signer: Signer, origin: String) {
        self.signer = signer
        self.origin = origin
    }
}

/// A `vendor:` section: the keys of somebody who signs images. Only an import looks at them.
package struct VendorSection: Hashable, Sendable {
    package let name: String
    /// Of the section's header.
    package let line: Int
    /// At least one: files of public keys, each of which may have made a signature.
    package let keys: [Setting<FilePath>]
    package let comment: String?

    package var signer: Signer { .vendor(name) }

    init(_ reader: SectionValues) throws(ConfigurationError) {
        guard let id = reader.id.text, case .vendor(let name) = Signer(id) else {
            let expected = "a name: letters, digits, '-', '_', '+' and '.'"
            throw reader.error(.wrongSectionID(found: reader.id, expected: expected))
        }
        self.name = name
        line = reader.line
        keys = try reader.paths("key")
        guard !keys.isEmpty else { throw reader.error(.missingKey("key")) }
        comment = try reader.text("comment")?.value
    }
}

extension LauncherConfiguration {
    package func vendor(named name: String) -> VendorSection? { vendors.first { $0.name == name } }
}
