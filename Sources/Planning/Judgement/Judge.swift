/// Says whether a guest can start with an image, from what is visible in it.
///
/// What cannot boot is refused, what is only doubtful is warned of. If the form of the image is
/// wrong, that is the only finding: everything else that its bytes seem to say has no meaning then.
///
/// - Parameters:
///   - image: what the sealed bytes hold.
///   - features: what its compressed volume tells, as far as somebody looked.
///   - fault: why the compressed volume cannot be unpacked.
///   - context: what it will be started with.
/// - Returns: refusals and warnings; none if all is well.
package func judge(
    _ image: FirmwareImage,
    features: BuildFeatures = .unknown,
    fault: ContentsFault? = nil,
    in context: JudgementContext,
) -> [Finding] {
    let refusal =
        image.refusalOfForm(for: context.architecture) ?? fault.map { .damagedContents($0) }
    if let refusal { return [.refusal(refusal)] }
    let refusals =
        image.refusalsOfSize(in: context).map(ImageRefusal.size)
        + image.refusalsOfGuest(features: features, in: context).map(ImageRefusal.guest)
    guard context.isRun else { return refusals.map(Finding.refusal) }
    return refusals.map(Finding.refusal)
        + image.warnings(features: features, in: context).map(Finding.warning)
}

/// How much of an image's compressed volume a judgement reads.
package enum JudgementDepth: Hashable, Sendable {
    /// Its start, which takes some milliseconds: only if nobody has stated what it tells, and if the
    /// guest could not start with a build that requires SMM, or with an old one because of S3. (Code
    /// in flash without a variable store is only started by hand, and not worth them.)
    case launch
    /// All of it, which takes a tenth of a second.
    case whole
}

/// The same, from the image's bytes.
///
/// - Parameter build: what launcher.conf states of bytes with this digest; a launch does not look for
///   itself then.
package func judge(
    _ bytes: Span<UInt8>,
    depth: JudgementDepth = .launch,
    knowing build: FirmwareBuild? = nil,
    in context: JudgementContext,
) -> [Finding] {
    let image = FirmwareImage(bytes)
    // Damage that headers show is found, and what comes after it is not worth a look.
    if let refusal = image.refusalOfForm(for: context.architecture) { return [.refusal(refusal)] }
    do throws(ContentsFault) {
        let features = try image.features(of: bytes, depth, build, in: context)
        return judge(image, features: features, in: context)
    } catch {
        return judge(image, fault: error, in: context)
    }
}

/// Why no guest can start with the image, however it is attached. Reads all of it.
package func refusalOfForm(
    _ bytes: Span<UInt8>,
    for architecture: Architecture?,
) -> ImageRefusal? {
    let image = FirmwareImage(bytes)
    if let refusal = image.refusalOfForm(for: architecture) { return refusal }
    do throws(ContentsFault) {
        _ = try FirmwareContents.read(image, of: bytes)
        return nil
    } catch {
        return .damagedContents(error)
    }
}

extension FirmwareImage {
    fileprivate func features(
        of bytes: Span<UInt8>,
        _ depth: JudgementDepth,
        _ build: FirmwareBuild?,
        in context: JudgementContext,
    ) throws(ContentsFault) -> BuildFeatures {
        switch depth {
        case .whole: return try FirmwareContents.read(self, of: bytes)?.features ?? .unknown
        case .launch:
            let mayLackSMM =
                context.lacksSystemManagementMode || context.attachment == .bios
                || kind == .combined
            let mayHang = mayHangWithSuspend && context.hasSuspendToMemory == true
            guard context.isRun, mayLackSMM || mayHang else { return .unknown }
            if let build { return build.features }
            return try .ofUnpackedStart(self, of: bytes, for: context.guest)
        }
    }
}

extension FirmwareImage {
    /// Why this is not whole firmware code for the architecture, in the order in which an
    /// administrator would look: what kind of file, whose, all of it?
    package func refusalOfForm(for architecture: Architecture?) -> ImageRefusal? {
        switch kind {
        case .blank(let blank): return .blank(blank)
        case .foreign(let format): return .foreign(format)
        case .notUEFI:
            return layout.damagedOffset.map { .damagedVolume(offset: $0) }
                ?? .noVolume(isLegacyBIOS: resetVector?.style == .legacyBIOS)
        case .variableStore:
            return layout.damagedOffset.map { .damagedVolume(offset: $0) } ?? .variableStore
        case .code, .combined: break
        }
        if let expected = architecture, let found = self.architecture, found != expected {
            return .otherArchitecture(found: found, expected: expected)
        }
        if let offset = layout.damagedOffset { return .damagedVolume(offset: offset) }
        if let truncated = layout.truncated {
            return .size(.truncated(expected: truncated.end, found: byteCount))
        }
        return architecture == .x86 || self.architecture == .x86 ? refusalOfX86Form : nil
    }

    /// x86 starts in the last bytes of the image, which have to be those of its last volume.
    private var refusalOfX86Form: ImageRefusal? {
        guard byteCount.isMultiple(of: 4096) else {
            return .size(.notWholePages(byteCount: byteCount, image: part))
        }
        let end = layout.endOfCode ?? 0
        guard end == byteCount else {
            return .size(.trailingBytes(byteCount - end, image: part))
        }
        if let count = strayLeadingByteCount {
            return .size(.leadingBytes(count, image: part))
        }
        guard let resetVector, resetVector.style != .empty else { return .noResetVector }
        guard resetVector.hasVolumeTopFile else { return .noVolumeTopFile }
        let code = layout.volumes.filter(\.holdsCode)
        let isFirstPhaseAlone = code.count == 1 && code[0].name == FlashVolume.Name.security
        if isFirstPhaseAlone { return .noMainVolume }
        return damage.map { .damagedContents($0) }
    }

    /// How many bytes somebody put before an image of one of OVMF's sizes.
    private var strayLeadingByteCount: Int? {
        guard let start = layout.volumes.first?.offset, start > 0 else { return nil }
        let rest = byteCount - start
        let isKnown = SizeClass.allCases.contains {
            $0.codeByteCount == rest || $0.combinedByteCount == rest
        }
        return isKnown ? start : nil
    }
}

/// One thing that the judgement of an image found.
package enum Finding: Hashable, Sendable {
    /// The guest cannot start with this image.
    case refusal(ImageRefusal)
    /// The guest may not do what its owner expects.
    case warning(ImageWarning)

    package enum Severity: Hashable, Sendable {
        case refuse
        case warn
    }

    package var severity: Severity {
        switch self {
        case .refusal: .refuse
        case .warning: .warn
        }
    }

    /// `FW-E04`, `FW-W01`.
    package var code: String {
        switch self {
        case .refusal(let refusal): refusal.code.rawValue
        case .warning(let warning): warning.code.rawValue
        }
    }

    /// Starts with the code, to be put after the image's name.
    package var message: String {
        switch self {
        case .refusal(let refusal): refusal.message
        case .warning(let warning): warning.message
        }
    }

    package var hint: String? {
        switch self {
        case .refusal(let refusal): refusal.hint
        case .warning(let warning): warning.hint
        }
    }
}

extension Sequence where Element == Finding {
    /// The first reason not to start.
    package var refusal: ImageRefusal? {
        for case .refusal(let refusal) in self { return refusal }
        return nil
    }

    /// The warnings, without those that the configuration accepts by name.
    package func warnings(accepting accepted: Set<ImageWarning.Code> = []) -> [ImageWarning] {
        compactMap { finding in
            guard case .warning(let warning) = finding, !accepted.contains(warning.code) else {
                return nil
            }
            return warning
        }
    }
}

extension Array {
    /// Appends what there is. (A list of optional elements would be a type of its own, which takes the
    /// runtime as long to make as the judgement.)
    mutating func add(_ element: Element?) {
        if let element { append(element) }
    }
}
