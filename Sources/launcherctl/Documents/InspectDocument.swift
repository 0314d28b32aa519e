import Planning

/// What `launcherctl inspect --json` prints; its keys are documented in docs/json.md and stay.
struct InspectDocument: Encodable {
    struct Volume: Encodable {
        let role: String
        let offset: Int
        let byteCount: Int
    }

    struct VariableStore: Encodable {
        let byteCount: Int
        let variables: Int
        let enrolledKeys: [String]
    }

    struct Section: Encodable {
        let type: String
        let address: UInt64
        let byteCount: UInt64
        let isMeasured: Bool
    }

    struct Build: Encodable {
        let vendor: String?
        let version: String?
        let releaseDate: String?
        let requiresSMM: Bool?
        let hasSEV: Bool?
        let hasTDX: Bool?
        let hasLaunchSecret: Bool?
        let supportsSecureBoot: Bool?
        let bits: Int?
    }

    struct Guest: Encodable {
        let guest: String
        let fits: Bool
        let attachment: String
        let findings: [Finding]
    }

    struct Finding: Encodable {
        let code: String
        let severity: String
        let message: String
        let hint: String?
    }

    let image: String
    let kind: String
    let architecture: String?
    let byteCount: Int
    let digest: String
    let volumes: [Volume]
    let variableStore: VariableStore?
    let sevResetAddress: UInt32?
    let sevMetadata: [Section]?
    let tdxMetadata: [Section]?
    let build: Build?
    let guests: [Guest]
}

extension InspectReport {
    var document: InspectDocument {
        InspectDocument(
            image: path,
            kind: image.kind.name,
            architecture: image.architecture?.rawValue,
            byteCount: image.byteCount,
            digest: digest.description,
            volumes: image.layout.volumes.map {
                .init(role: $0.role, offset: $0.offset, byteCount: $0.byteCount)
            },
            variableStore: image.variableStore.map {
                .init(
                    byteCount: $0.byteCount,
                    variables: $0.liveVariableCount,
                    enrolledKeys: $0.enrolledKeys.names,
                )
            },
            sevResetAddress: image.sevReset.value?.address,
            sevMetadata: image.sevMetadata.value?.sections.map(InspectDocument.Section.init),
            tdxMetadata: image.tdxMetadata.value?.sections.map(InspectDocument.Section.init),
            build: contents.map(InspectDocument.Build.init),
            guests: fitness.verdicts.map(InspectDocument.Guest.init),
        )
    }
}

extension InspectDocument.Section {
    fileprivate init(_ section: SEVMetadata.Section) {
        type = section.kind.displayName
        address = UInt64(section.address)
        byteCount = UInt64(section.byteCount)
        isMeasured = true
    }

    fileprivate init(_ section: TDXMetadata.Section) {
        type = section.kind.displayName
        address = section.address
        byteCount = section.memoryByteCount
        isMeasured = section.attributes.contains(.measured)
    }
}

extension InspectDocument.Build {
    fileprivate init(_ contents: FirmwareContents) {
        vendor = contents.identity.vendor
        version = contents.identity.version
        releaseDate = contents.identity.releaseDate
        requiresSMM = contents.features.requiresSystemManagementMode
        hasSEV = contents.features.hasSEVDriver
        hasTDX = contents.features.hasTDXDriver
        hasLaunchSecret = contents.features.hasSEVSecretDriver
        supportsSecureBoot = contents.features.supportsSecureBoot
        bits = contents.features.driverMode?.rawValue
    }
}

extension InspectDocument.Guest {
    fileprivate init(_ verdict: FirmwareFitness.Verdict) {
        guest = verdict.guest.rawValue
        fits = verdict.isFit
        attachment = verdict.attachment == .bios ? "bios" : "pflash"
        findings = verdict.findings.map { finding in
            InspectDocument.Finding(
                code: finding.code,
                severity: finding.severity == .refuse ? "refuse" : "warn",
                message: finding.message,
                hint: finding.hint,
            )
        }
    }
}

extension FirmwareImage.Kind {
    /// As `--json` says it; documented in docs/json.md, and stays.
    var name: String {
        switch self {
        case .code: "code"
        case .variableStore: "variable-store"
        case .combined: "combined"
        case .blank: "blank"
        case .foreign: "foreign"
        case .notUEFI: "not-uefi"
        }
    }

    /// For a column of a table.
    var title: String {
        switch self {
        case .code: "code"
        case .variableStore: "variable store"
        case .combined: "combined"
        case .blank: "blank"
        case .foreign(let format): format.rawValue
        case .notUEFI: "not UEFI"
        }
    }
}
