/// What management layers such as libvirt need to know of an image to choose it: QEMU's firmware
/// descriptor (`docs/interop/firmware.json`).
package struct FirmwareDescriptor: Hashable, Sendable {
    package enum Mapping: Hashable, Sendable {
        /// Code in flash, with a variable store that is made from a template.
        case split(executable: String, template: String)
        /// `-bios`
        case memory(file: String)
    }

    package let description: String
    package let mapping: Mapping
    package let architecture: String
    /// Patterns of machine types.
    package let machines: [String]
    /// By their names in the schema, sorted.
    package let features: [String]

    /// - Parameters:
    ///   - path: of the image.
    ///   - template: the variable store that each guest gets a copy of. A code image needs one: it
    ///     starts without, but forgets its variables, and what requires SMM does not even start.
    /// - Returns: `nil` for what is not code for a known architecture, for code without a template,
    ///   for a combined image that requires SMM, and for what starts no guest of any kind.
    package init?(
        of image: FirmwareImage,
        contents: FirmwareContents?,
        path: String,
        template: (path: String, store: FlashVariableStore?)? = nil,
    ) {
        guard image.holdsCode, let architecture = image.architecture else { return nil }
        let features = contents?.features ?? .unknown
        let fitness = FirmwareFitness(of: image, features: features, on: architecture)
        guard fitness.verdicts.contains(where: \.isFit) else { return nil }
        description = Self.description(of: contents?.identity, path: path)
        let is32Bit = features.driverMode == .bits32
        self.architecture = is32Bit ? "i386" : architecture.qemuName
        if image.kind == .combined {
            // It would need a variable store in flash.
            guard features.requiresSystemManagementMode != true else { return nil }
            mapping = .memory(file: path)
        } else if let template {
            mapping = .split(executable: path, template: template.path)
        } else {
            return nil
        }
        let store = image.kind == .combined ? image.variableStore : template?.store
        var names = Self.features(features, fitness, store, contents)
        if image.hangsWithSuspend(features) { names.removeAll { $0 == "acpi-s3" } }
        // A guest of these kinds starts from memory only.
        if image.kind == .code { names.removeAll { $0 == "amd-sev-snp" || $0 == "intel-tdx" } }
        self.features = names.sorted()
        machines = Self.machines(
            for: architecture,
            needsQ35: features.requiresSystemManagementMode == true
                || features.hasSEVSecretDriver == true || features.hasPreEFIPhase == false,
        )
    }

    /// Where distributions put the template of a code image: next to it, with a similar name, the
    /// one for the same variant of the build first. `OVMF_CODE_4M.secboot.fd` has
    /// `OVMF_VARS_4M.fd`.
    package static func templateCandidates(for path: String) -> [String] {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let name = String(path[slash...])
        guard name.contains("CODE") else { return [] }
        let parts = name.replacing("CODE", with: "VARS").split(
            separator: ".",
            omittingEmptySubsequences: false,
        )
        let plain = parts.count > 2 ? [parts[0], parts[parts.count - 1]] : parts
        let names = parts == plain ? [parts] : [parts, plain]
        return names.map { path[..<slash] + $0.joined(separator: ".") }
    }

    private static func description(of identity: BuildIdentity?, path: String) -> String {
        let parts = [identity?.vendor ?? "UEFI firmware", identity?.version].compactMap { $0 }
        return parts.joined(separator: " ")
    }

    private static func machines(for architecture: Architecture, needsQ35: Bool) -> [String] {
        switch architecture {
        case .x86: needsQ35 ? ["pc-q35-*"] : ["pc-i440fx-*", "pc-q35-*"]
        case .arm, .aarch64: ["virt-*"]
        case .riscv, .loongarch: ["virt", "virt-*"]
        }
    }

    private static func features(
        _ features: BuildFeatures,
        _ fitness: FirmwareFitness,
        _ store: FlashVariableStore?,
        _ contents: FirmwareContents?,
    ) -> [String] {
        let hasSEV = features.hasSEVDriver == true
        let rows: [(Bool, String)] = [
            (contents?.contains(module: "S3SaveStateDxe") == true, "acpi-s3"),
            (hasSEV, "amd-sev"),
            (hasSEV && fitness.isFit(for: .sevES), "amd-sev-es"),
            (hasSEV && fitness.isFit(for: .sevSNP), "amd-sev-snp"),
            (features.hasTDXDriver == true && fitness.isFit(for: .tdx), "intel-tdx"),
            (features.requiresSystemManagementMode == true, "requires-smm"),
            (features.supportsSecureBoot == true, "secure-boot"),
            (
                features.supportsSecureBoot == true && store?.hasSecureBootEnrolled == true,
                "enrolled-keys"
            ),
        ]
        return rows.filter(\.0).map(\.1)
    }
}

extension Architecture {
    /// QEMU's name of its target.
    fileprivate var qemuName: String {
        switch self {
        case .x86: "x86_64"
        case .arm: "arm"
        case .aarch64: "aarch64"
        case .riscv: "riscv64"
        case .loongarch: "loongarch64"
        }
    }
}

/// Which kinds of guests an image can start, and why not the others.
package struct FirmwareFitness: Hashable, Sendable {
    package struct Verdict: Hashable, Sendable {
        package let guest: GuestKind
        /// How the image would be attached.
        package let attachment: JudgementContext.Attachment
        package let findings: [Finding]

        /// Whether a guest would start: a doubt alone is not a reason against it.
        package var isFit: Bool {
            findings.refusal == nil && !findings.warnings().contains(where: \.meansNoStart)
        }

        /// If it is not fit, the reasons against it; else what its owner should know.
        package var reasons: [Finding] {
            guard !isFit else { return findings }
            let refusals = findings.filter { $0.severity == .refuse }
            return refusals.isEmpty ? findings : refusals
        }
    }

    /// One for each kind of guest, in the order of `GuestKind`.
    package let verdicts: [Verdict]

    /// - Parameters:
    ///   - features: of the whole build if known; see ``FirmwareContents``.
    ///   - fault: why the compressed volume could not be read.
    ///   - architecture: of the machine.
    package init(
        of image: FirmwareImage,
        features: BuildFeatures,
        fault: ContentsFault? = nil,
        on architecture: Architecture = .x86,
    ) {
        verdicts = GuestKind.allCases.map { guest in
            let attachment = Self.attachment(of: image, for: guest)
            let context = JudgementContext(
                guest: guest,
                attachment: attachment,
                architecture: architecture,
                // The one that belongs to the code.
                store: .init(byteCount: nil),
            )
            let findings = judge(image, features: features, fault: fault, in: context)
            return Verdict(guest: guest, attachment: attachment, findings: findings)
        }
    }

    package func isFit(for guest: GuestKind) -> Bool {
        verdicts.contains { $0.guest == guest && $0.isFit }
    }

    /// As the launcher does it. A code image fits SEV and SEV-ES in flash only, which
    /// `sev-attachment pflash` brings about.
    package static func attachment(
        of image: FirmwareImage,
        for guest: GuestKind,
    ) -> JudgementContext.Attachment {
        switch guest {
        case .sevSNP, .tdx: .bios
        case .normal: .flash
        case .sev, .sevES: image.kind == .combined ? .bios : .flash
        }
    }
}
