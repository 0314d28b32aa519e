import LZMA

/// How an image was built, as far as a launch has to know: what the start of its compressed part
/// tells. A pin in launcher.conf may state it, and then the launch unpacks nothing.
package struct FirmwareBuild: Hashable, Sendable {
    /// `nil` if the start tells nothing: it is not packed as edk2 does it, or the build has no
    /// second phase (IntelTdx).
    private let known: Known?

    private struct Known: Hashable, Sendable {
        let requiresSystemManagementMode: Bool
        let isAmdSev: Bool
    }

    /// The words of `build` in launcher.conf.
    package enum Word: String, Hashable, Sendable, CaseIterable {
        /// Built with SMM_REQUIRE.
        case requiresSMM = "smm"
        case withoutSMM = "no-smm"
        /// Has the launch secret's driver, as only the hardened AmdSev build does.
        case amdSev = "amdsev"
        case unknown
    }

    package static let expectedWords =
        "'smm' or 'no-smm', with 'amdsev' for an AmdSev build; or 'unknown'"

    /// `nil` for words that contradict one another, or say too little.
    package init?(_ words: [Word]) {
        let isAmdSev = words.contains(.amdSev)
        switch words.filter({ $0 != .amdSev }) {
        case [.requiresSMM]:
            known = Known(requiresSystemManagementMode: true, isAmdSev: isAmdSev)
        case [.withoutSMM]:
            known = Known(requiresSystemManagementMode: false, isAmdSev: isAmdSev)
        case [.unknown] where !isAmdSev: known = nil
        default: return nil
        }
    }

    /// What the image itself tells.
    ///
    /// - Parameter bytes: the whole image.
    package init(_ image: FirmwareImage, of bytes: Span<UInt8>) throws(ContentsFault) {
        let features = try BuildFeatures.ofUnpackedStart(image, of: bytes)
        known = features.requiresSystemManagementMode.map {
            Known(
                requiresSystemManagementMode: $0,
                isAmdSev: features.hasSEVSecretDriver == true,
            )
        }
    }

    /// As launcher.conf has it.
    package var text: String {
        guard let known else { return Word.unknown.rawValue }
        let first: Word = known.requiresSystemManagementMode ? .requiresSMM : .withoutSMM
        return (known.isAmdSev ? [first, .amdSev] : [first]).map(\.rawValue).joined(separator: ",")
    }

    /// The same as the look at the image gives.
    package var features: BuildFeatures {
        guard let known else { return .unknown }
        return BuildFeatures(
            requiresSystemManagementMode: known.requiresSystemManagementMode,
            hasSEVSecretDriver: known.isAmdSev,
            hasPreEFIPhase: true,
        )
    }
}

/// What launcher.conf says of a build, and the image does not.
package struct WrongBuild: Failure {
    /// How messages name the image.
    package let image: String
    package let stated: ImageRequest.StatedBuild
    package let found: FirmwareBuild

    package var message: String {
        "firmware image \(quoted(image)): not the build that \(stated.origin) states"
            + " (expected \(quoted(stated.build.text)), found \(quoted(found.text)))"
    }
    package var hint: String? {
        "'launcherctl firmware pin \(printable(image))' writes what the image tells"
    }
    package var exitStatus: ExitStatus { .configuration }
}

extension ImageRequest {
    /// Compares what launcher.conf says of the build with the image. An image that cannot be read is
    /// for the judgement to refuse.
    ///
    /// - Parameter bytes: of the image, which has its digests.
    package func requireStatedBuild(_ bytes: Span<UInt8>) throws(WrongBuild) {
        guard let stated = build else { return }
        let found: FirmwareBuild
        do throws(ContentsFault) {
            found = try FirmwareBuild(FirmwareImage(bytes), of: bytes)
        } catch {
            return
        }
        guard found == stated.build else {
            throw WrongBuild(image: name, stated: stated, found: found)
        }
    }
}

// MARK: - The look at the image

extension BuildFeatures {
    /// What the first unpacked volume tells. It is unpacked up to the module that decides, which is a
    /// hundredth of all: enough for a launch to know of a build that cannot start its guest.
    ///
    /// - Parameters:
    ///   - bytes: the whole image.
    ///   - guest: only what matters for it is looked for; `nil` for all.
    /// - Returns: ``unknown`` if the image is not packed as edk2 does it.
    package static func ofUnpackedStart(
        _ image: FirmwareImage,
        of bytes: Span<UInt8>,
        for guest: GuestKind? = nil,
    ) throws(ContentsFault) -> BuildFeatures {
        guard let compressed = CompressedVolumes(in: image, of: bytes) else { return .unknown }
        var start = try UnpackedStart(compressed, of: bytes)
        guard let volume = try start.secondPhase() else { return .unknown }
        // Where there is no place for a launch secret, there is no use for its driver.
        let hasPlace = image.sevSecret.value?.isSupported == true
        let isLooking = hasPlace && guest.map(\.hasLaunchSecret) != false
        var features = try start.features(of: volume, lookingForSecret: isLooking, from: bytes)
        if !hasPlace, features != .unknown { features.hasSEVSecretDriver = false }
        return features
    }
}

extension GuestKind {
    fileprivate var hasLaunchSecret: Bool {
        switch self {
        case .sev, .sevES, .sevSNP: true
        case .normal, .tdx: false
        }
    }
}

/// The first of the compressed volumes, as far as it is unpacked.
private struct UnpackedStart {
    private var decoder: LZMADecoder
    private let compressed: CompressedVolumes
    /// Where the section of the first volume ends.
    private var end = 0

    /// The second phase's volume is 1 MiB or less. If there is no such phase, the first volume is
    /// that of the drivers, ten times as large: nothing more can be learnt quickly.
    private static let maximumByteCount = 2 << 20
    /// What holds the header of the first volume, and the header after it.
    private static let headerByteCount = 0x400

    init(_ compressed: CompressedVolumes, of bytes: Span<UInt8>) throws(ContentsFault) {
        self.compressed = compressed
        do throws(LZMAFault) {
            let data = bytes.extracting(compressed.range)
            decoder = try LZMADecoder(data, limit: CompressedVolumes.maximumByteCount)
        } catch {
            throw .damaged(error)
        }
        try unpack(upTo: Self.headerByteCount, from: bytes)
    }

    private mutating func unpack(
        upTo end: Int,
        from bytes: Span<UInt8>,
    ) throws(ContentsFault) {
        do throws(LZMAFault) {
            try decoder.decode(upTo: end, from: bytes.extracting(compressed.range))
        } catch {
            throw .damaged(error)
        }
    }

    /// `nil` if the first volume is another one.
    mutating func secondPhase() throws(ContentsFault) -> FlashVolume? {
        let next = NextVolume(after: 0, in: decoder)
        if let fault = next.fault, compressed.isOfOVMF { throw fault }
        guard case .at(let body) = next, body.upperBound <= Self.maximumByteCount,
            let volume = VolumeHeader(at: body.lowerBound, of: decoder.output.span).volume,
            volume.name == FlashVolume.Name.preEFI, volume.end <= body.upperBound
        else { return nil }
        end = body.upperBound
        return volume
    }

    /// Looks at one file after the other.
    ///
    /// The order is that of edk2's `OvmfPkg/*.fdf`, since CpuMpPei came in 2016: SmmAccessPei, exactly
    /// where SMM_REQUIRE is set, before CpuMpPei (which newer builds have twice), and SecretPei after
    /// it, in `AmdSev/AmdSevX64.fdf` alone. CpuMpPei is known by its identifier, which is in front of
    /// its fifty thousand bytes.
    mutating func features(
        of volume: FlashVolume,
        lookingForSecret: Bool,
        from bytes: Span<UInt8>,
    ) throws(ContentsFault) -> BuildFeatures {
        var features = BuildFeatures(
            requiresSystemManagementMode: false,
            hasSEVSecretDriver: lookingForSecret ? false : nil,
            hasPreEFIPhase: true,
        )
        var hasNames = false
        var isAfterProcessors = false
        var offset = volume.offset + FirmwareFile.firstFile(in: volume, of: decoder.output.span)
        while let file = try header(at: offset, in: volume, from: bytes) {
            if file.name == Self.processors {
                isAfterProcessors = true
                guard lookingForSecret else { return features }
            }
            try unpack(upTo: file.body.upperBound, from: bytes)
            guard file.body.upperBound <= decoder.output.count else { break }
            switch file.title(of: decoder.output.span) {
            case nil: break
            case "SmmAccessPei":
                features.requiresSystemManagementMode = true
                guard lookingForSecret else { return features }
            case "SecretPei":
                features.hasSEVSecretDriver = true
                return features
            case "CpuMpPei": break
            default: if isAfterProcessors { return features }
            }
            hasNames = hasNames || file.title(of: decoder.output.span) != nil
            offset = file.next(in: volume)
        }
        try checkNext(from: bytes)
        return hasNames ? features : .unknown
    }

    /// edk2 `UefiCpuPkg/CpuMpPei/CpuMpPei.inf`
    private static let processors = GUID(0xEDAD_EB9D, 0xDDBA, 0x48BD, 0x9D22, 0xC1C1_69C8_C5C6)

    private mutating func header(
        at offset: Int,
        in volume: FlashVolume,
        from bytes: Span<UInt8>,
    ) throws(ContentsFault) -> FirmwareFile? {
        try unpack(upTo: offset + FirmwareFile.largeHeaderByteCount, from: bytes)
        return FirmwareFile(headerAt: offset, limit: volume.end, of: decoder.output.span)
    }

    /// No module told for certain, so what comes after the volume is looked at too.
    private mutating func checkNext(from bytes: Span<UInt8>) throws(ContentsFault) {
        try unpack(upTo: end + Self.headerByteCount, from: bytes)
        let next = NextVolume(after: end, in: decoder)
        if let fault = next.fault, compressed.isOfOVMF { throw fault }
    }
}

/// Where the next volume of unpacked bytes is, as far as they are unpacked.
private enum NextVolume {
    /// Its header is there; its end need not be.
    case at(Range<Int>)
    /// More has to be unpacked to tell.
    case notReached
    /// There are no more.
    case none
    case damaged(ContentsFault)

    var fault: ContentsFault? {
        if case .damaged(let fault) = self { fault } else { nil }
    }

    /// As `FindFfsSectionInstance` of edk2 `OvmfPkg/Sec/SecMain.c` walks the sections, and what
    /// `DecompressMemFvs` there asks of a volume.
    init(after start: Int, in decoder: LZMADecoder) {
        let bytes = decoder.output.span
        var offset = start
        while offset < decoder.byteCount {
            guard let word = bytes.uint32(at: offset) else {
                self = .notReached
                return
            }
            let isLarge = word & 0xFF_FFFF == 0xFF_FFFF
            guard let size = isLarge ? bytes.uint32(at: offset + 4) : word & 0xFF_FFFF else {
                self = .notReached
                return
            }
            let end = offset + Int(size)
            guard size >= 4, end <= decoder.byteCount else {
                self = .damaged(size < 4 ? .noVolumes : .damaged(.wrongSize))
                return
            }
            if UInt8(word >> 24) == FileSection.Kind.volumeImage {
                let body = offset + (isLarge ? 8 : 4)
                let isKnown = bytes.holds(4, at: body + 0x28)
                self =
                    isKnown && !bytes.holds("_FVH", at: body + 0x28)
                    ? .damaged(.noVolumes) : .at(body..<max(body, end))
                return
            }
            offset = (end + 3) / 4 * 4
        }
        self = start == 0 ? .damaged(.noVolumes) : .none
    }
}
