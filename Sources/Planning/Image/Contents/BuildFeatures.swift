/// What only the compressed volume tells of a build. `nil` is not known, which is never a reason
/// to refuse or to warn.
package struct BuildFeatures: Hashable, Sendable {
    /// Built with SMM_REQUIRE: hangs at once without system management mode.
    package var requiresSystemManagementMode: Bool?
    package var hasSEVDriver: Bool?
    package var hasTDXDriver: Bool?
    /// The launch secret's driver, which only the hardened AmdSev build has.
    package var hasSEVSecretDriver: Bool?
    package var supportsSecureBoot: Bool?
    /// The second phase, which every build has except the hardened IntelTdx build.
    package var hasPreEFIPhase: Bool?

    package init(
        requiresSystemManagementMode: Bool? = nil,
        hasSEVDriver: Bool? = nil,
        hasTDXDriver: Bool? = nil,
        hasSEVSecretDriver: Bool? = nil,
        supportsSecureBoot: Bool? = nil,
        hasPreEFIPhase: Bool? = nil,
    ) {
        self.requiresSystemManagementMode = requiresSystemManagementMode
        self.hasSEVDriver = hasSEVDriver
        self.hasTDXDriver = hasTDXDriver
        self.hasSEVSecretDriver = hasSEVSecretDriver
        self.supportsSecureBoot = supportsSecureBoot
        self.hasPreEFIPhase = hasPreEFIPhase
    }

    /// Nothing known: the compressed volume was not looked into.
    package static let unknown = BuildFeatures()
}

extension BuildFeatures {
    /// The features of a build whose volumes are all known.
    init(all volumes: [UnpackedVolume]) {
        let names = Set(volumes.flatMap(\.modules).map(\.name))
        // Without a module nothing was understood, and nothing is known to be missing.
        guard !names.isEmpty else {
            self = .unknown
            return
        }
        self.init(
            requiresSystemManagementMode: names.contains("PiSmmCore"),
            hasSEVDriver: names.contains("AmdSevDxe"),
            hasTDXDriver: names.contains("TdxDxe"),
            hasSEVSecretDriver: names.contains("SecretDxe"),
            supportsSecureBoot: names.contains("SecureBootConfigDxe"),
            hasPreEFIPhase: names.contains("PeiCore"),
        )
    }

    /// What the first unpacked volume tells, which is a small part of all: enough for a launch to
    /// know of a build that cannot start a confidential guest.
    ///
    /// - Parameter bytes: the whole image.
    /// - Returns: ``unknown`` if the image is not packed as edk2 does it, or is damaged.
    package static func ofUnpackedStart(
        _ image: FirmwareImage,
        of bytes: Span<UInt8>
    ) -> BuildFeatures {
        guard let compressed = CompressedVolumes(in: image, of: bytes) else { return .unknown }
        let data = bytes.extracting(compressed.range)
        do throws(LZMAFault) {
            var decoder = try LZMADecoder(data, limit: maximumStartByteCount)
            try decoder.decode(upTo: firstHeaderEnd, from: data)
            guard let end = endOfFirstVolume(in: decoder.output.span) else { return .unknown }
            guard end <= maximumStartByteCount else { return .unknown }
            try decoder.decode(upTo: end, from: data)
            return BuildFeatures(first: UnpackedVolume.volumes(in: decoder.output.span).first)
        } catch {
            return .unknown
        }
    }

    /// The second phase's volume is 1 MiB or less. If there is no such phase, the first volume is
    /// that of the drivers, ten times as large: nothing more can be learnt quickly.
    private static let maximumStartByteCount = 2 << 20
    private static let firstHeaderEnd = 0x400

    private static func endOfFirstVolume(in bytes: Span<UInt8>) -> Int? {
        var offset = 0
        // Padding before the first volume, so that it is aligned.
        while let word = bytes.uint32(at: offset), word & 0xFF_FFFF >= 4 {
            let isVolume = UInt8(word >> 24) == FileSection.Kind.volumeImage
            let end = offset + Int(word & 0xFF_FFFF)
            if isVolume { return end }
            offset = (end + 3) / 4 * 4
        }
        return nil
    }

    private init(first volume: UnpackedVolume?) {
        guard let volume, volume.name == FlashVolume.Name.preEFI, !volume.modules.isEmpty else {
            self = .unknown
            return
        }
        let names = Set(volume.modules.map(\.name))
        self.init(
            // OvmfPkg includes SmmAccessPei exactly where SMM_REQUIRE is set.
            requiresSystemManagementMode: names.contains("SmmAccessPei"),
            hasSEVSecretDriver: names.contains("SecretPei"),
            hasPreEFIPhase: true,
        )
    }
}

/// Who built an image, and when: texts that the distribution set, kept by the driver that shows
/// them to the guest as its BIOS.
package struct BuildIdentity: Hashable, Sendable {
    /// `Debian distribution of EDK II`
    package let vendor: String?
    /// `2025.02-8+deb13u1`
    package let version: String?
    /// `11/08/2025`
    package let releaseDate: String?

    /// edk2's SmbiosPlatformDxe holds date, version and vendor one after the other; BdsDxe holds the
    /// vendor alone, complete and without other text.
    init(of volumes: [UnpackedVolume], in bytes: Span<UInt8>) {
        let modules = volumes.flatMap(\.modules)
        func texts(_ name: String) -> [String] {
            guard let module = modules.first(where: { $0.name == name }) else { return [] }
            return Self.texts(in: module.body, of: bytes)
        }
        let bios = texts("SmbiosPlatformDxe")
        let date = bios.lastIndex(where: Self.isDate)
        let version = date.flatMap { date in bios[date...].dropFirst().first }
        releaseDate = date.map { bios[$0] }
        self.version = version
        vendor = texts("BdsDxe").first { text in
            text.hasSuffix("EDK II") || (version != nil && bios.contains { $0.hasSuffix(text) })
        }
    }

    /// MM/DD/YYYY
    private static func isDate(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.map(\.count) == [2, 2, 4]
            && parts.allSatisfy { $0.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) }
    }

    /// The runs of four or more printable ASCII characters in UTF-16 that end in a NUL.
    private static func texts(in range: Range<Int>, of bytes: Span<UInt8>) -> [String] {
        var texts: [String] = []
        var text = ""
        for offset in stride(from: range.lowerBound, to: range.upperBound - 1, by: 2) {
            let unit = bytes.uint16(at: offset) ?? 0
            if (0x20..<0x7F).contains(unit) {
                text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
                continue
            }
            if unit == 0, text.utf8.count >= 4 { texts.append(text) }
            text = ""
        }
        return texts
    }
}
