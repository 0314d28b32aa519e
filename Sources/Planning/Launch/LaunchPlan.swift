package import SystemPackage

/// Everything a launch will do, decided: a plain value that can be shown instead of carried out.
package struct LaunchPlan: Equatable, Sendable {
    package let identity: MachineIdentity
    /// `nil` if QEMU gets the firmware that its command line attaches, without a check.
    package let firmware: FirmwarePlan?
    /// QEMU's own, with what its files of settings say.
    package let commandLine: QEMUCommandLine
    package let environment: [ByteString]
    /// The names that were taken out of the environment.
    package let removedVariables: [ByteString]
    /// QEMU's program: the first of these that exists.
    package let programs: [FilePath]
    package let confinement: ConfinementPlan
    package let warnings: [LaunchWarning]
    /// Whether the launch is recorded in the system log.
    package let isRecorded: Bool

    /// argv of QEMU, argv[0] included.
    package var arguments: [ByteString] { commandLine.vector.arguments }

    package struct FirmwarePlan: Equatable, Sendable {
        package let choice: FirmwareChoice
        package let image: ImageRequest
        package let guest: GuestKind
        package let attachment: FirmwareAttachment
        /// What the image is judged against once its bytes are known.
        package let context: JudgementContext
        /// The variable store of the code image, whose file tells the rest of the context.
        package let variableStore: FlashFile?
    }

    package struct ConfinementPlan: Equatable, Sendable {
        package let mode: SeccompMode
        package let ruleset: Ruleset
        package let files: FilePlan
        package let capabilities: CapabilityPlan

        package init(
            mode: SeccompMode,
            ruleset: Ruleset,
            files: FilePlan,
            capabilities: CapabilityPlan,
        ) {
            self.mode = mode
            self.ruleset = ruleset
            self.files = files
            self.capabilities = capabilities
        }
    }
}

/// What an operator should know although the VM starts.
package enum LaunchWarning: Equatable, Sendable {
    case attachment(AttachmentWarning)
    /// What the structure of the image tells.
    case image(String, Finding)
    /// A program that QEMU starts will lack rights.
    case helper(HelperWarning)
    /// What Landlock makes of the command line.
    case files(FileWarning)

    package var message: String {
        switch self {
        case .attachment(let warning): warning.message
        case .image(let image, let finding): "\(image): \(finding.message)"
        case .helper(let warning): warning.message
        case .files(let warning): warning.message
        }
    }

    package var hint: String? {
        switch self {
        case .attachment: nil
        case .image(_, let finding): finding.hint
        case .helper(let warning): warning.hint
        case .files(let warning): warning.hint
        }
    }
}

/// What the system log keeps about a launch: one line of facts, in `key=value` form.
package struct LaunchRecord: Equatable, Sendable {
    package let text: String

    /// - Parameters:
    ///   - sealed: what was found out about the image when it was read.
    ///   - forecast: for a confidential guest, the launch digest that its owner should see.
    package init(_ plan: LaunchPlan, sealed: SealedFacts?, forecast: LaunchForecast? = nil) {
        var facts = ["launch", plan.identity.label ?? "unnamed vm"]
        if let firmware = plan.firmware, let sealed {
            facts += [
                "firmware=\(quoted(firmware.choice.name))",
                "digest=\(sealed.digests.map(\.description).joined(separator: ","))",
                "bytes=\(sealed.byteCount)",
                "read-only=\(sealed.proofs.map(\.rawValue).joined(separator: ","))",
                "guest=\(firmware.guest.rawValue)",
                "attachment=\(firmware.attachment.rawValue)",
                "chosen-by=\(quoted(firmware.choice.origin))",
            ]
            if let forecast { facts.append("launch-digest=\(forecast.text)") }
        } else {
            facts.append("firmware=unchanged")
        }
        let groups = plan.confinement.ruleset.groups.map { $0.group.name }.joined(separator: ",")
        facts += ["seccomp=\(plan.confinement.mode.rawValue)", "groups=\(groups)"]
        let confinement = plan.confinement
        if confinement.files.mode != .off {
            facts.append("landlock=\(confinement.files.mode.rawValue)")
        }
        if let kept = confinement.capabilities.kept {
            let names = kept.sorted { $0.rawValue < $1.rawValue }.map(\.name)
            facts.append("capabilities=\(names.isEmpty ? "none" : names.joined(separator: ","))")
        }
        if !plan.removedVariables.isEmpty {
            let names = plan.removedVariables.map(\.escaped).joined(separator: ",")
            facts.append("removed-variables=\(names)")
        }
        text = facts.joined(separator: " ")
    }

    /// A launch that was refused.
    package init(refusal: some Failure) {
        text = "refused status=\(refusal.exitStatus.rawValue) \(refusal.message)"
    }
}

/// What reading and sealing an image showed.
package struct SealedFacts: Equatable, Sendable {
    package let byteCount: Int
    package let digests: [Digest]
    /// Empty for stock firmware that a package installed writable for root.
    package let proofs: [ReadOnlyProof]

    package init(byteCount: Int, digests: [Digest], proofs: [ReadOnlyProof]) {
        self.byteCount = byteCount
        self.digests = digests
        self.proofs = proofs
    }
}
