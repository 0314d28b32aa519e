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
    /// - Returns: ``unknown`` where the image is not packed as edk2 does it, or is damaged.
    package static func glimpse(_ image: FirmwareImage, of bytes: Span<UInt8>) -> BuildFeatures {
        guard let compressed = CompressedVolumes(in: image, of: bytes) else { return .unknown }
        let data = bytes.extracting(compressed.range)
        do throws(LZMAFault) {
            var decoder = try LZMADecoder(data, limit: maximumGlimpse)
            try decoder.decode(upTo: firstHeaderEnd, from: data)
            guard let end = endOfFirstVolume(in: decoder.output.span) else { return .unknown }
            guard end <= maximumGlimpse else { return .unknown }
            try decoder.decode(upTo: end, from: data)
            return BuildFeatures(first: UnpackedVolume.volumes(in: decoder.output.span).first)
        } catch {
            return .unknown
        }
    }

    /// The second phase's volume is 1 MiB or less. Where there is no such phase, the first volume is
    /// that of the drivers, ten times as large: nothing more is to be learnt quickly.
    private static let maximumGlimpse = 2 << 20
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
