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

/// What the system log keeps about a launch: one line of facts, in `key=value` form, and the same
/// facts one by one, as fields of the journal. docs/log.md describes each.
package struct LaunchRecord: Equatable, Sendable {
    package enum Event: Hashable, Sendable, CaseIterable {
        case launch
        case refusal

        /// The journal's MESSAGE_ID, by which all records of a kind are found. Made once by chance
        /// (`systemd-id128 new`), and the same forever.
        package var messageID: String {
            switch self {
            case .launch: "49b338f939e14a6caff703a5d8c81323"
            case .refusal: "3d05cd510dcb4868989081b62c4bb566"
            }
        }
    }

    package struct Fact: Equatable, Sendable {
        /// As in the line: `read-only`.
        package let key: String
        /// As it is, not made printable.
        package let value: ByteString
        fileprivate var form = Form.plain

        /// The name of the journal's field: `LAUNCHER_READ_ONLY`.
        package var fieldName: String {
            "LAUNCHER_" + String(key.uppercased().map { $0 == "-" ? "_" : $0 })
        }
    }

    /// How a fact is written in the line.
    fileprivate enum Form {
        case plain
        case quoted
        /// The line says it in other words.
        case absent
    }

    package let event: Event
    package let text: String
    package let facts: [Fact]

    /// - Parameters:
    ///   - sealed: what was found out about the image when it was read.
    ///   - forecast: for a confidential guest, the launch digest that its owner should see.
    package init(_ plan: LaunchPlan, sealed: SealedFacts?, forecast: LaunchForecast? = nil) {
        event = .launch
        facts =
            Self.facts(about: plan.identity) + Self.facts(about: plan.firmware, sealed, forecast)
            + Self.facts(about: plan.confinement) + Self.facts(about: plan.removedVariables)
        let words = facts.compactMap { fact in
            switch fact.form {
            case .plain: "\(fact.key)=\(fact.value)"
            case .quoted: "\(fact.key)=\(quoted(fact.value))"
            case .absent: nil
            }
        }
        text = (["launch", plan.identity.label ?? "unnamed vm"] + words).joined(separator: " ")
    }

    /// A launch that was refused.
    ///
    /// - Parameter identity: the VM's, as far as the command line could be read.
    package init(refusal: some Failure, of identity: MachineIdentity) {
        event = .refusal
        text = "refused status=\(refusal.exitStatus.rawValue) \(refusal.message)"
        facts =
            Self.facts(about: identity)
            + [Fact("status", "\(refusal.exitStatus.rawValue)"), Fact("reason", refusal.message)]
            + (refusal.hint.map { [Fact("hint", $0)] } ?? [])
    }

    private static func facts(about identity: MachineIdentity) -> [Fact] {
        [("vm-id", identity.vmID), ("vm-name", identity.name), ("vm-uuid", identity.uuid)]
            .compactMap { key, value in value.map { Fact(key: key, value: $0, form: .absent) } }
    }

    private static func facts(
        about firmware: LaunchPlan.FirmwarePlan?,
        _ sealed: SealedFacts?,
        _ forecast: LaunchForecast?,
    ) -> [Fact] {
        guard let firmware, let sealed else { return [Fact("firmware", "unchanged")] }
        return [
            Fact("firmware", firmware.choice.name, .quoted),
            Fact("digest", list(sealed.digests.map(\.description))),
            Fact("bytes", "\(sealed.byteCount)"),
            Fact("read-only", list(sealed.proofs.map(\.rawValue))),
            Fact("guest", firmware.guest.rawValue),
            Fact("attachment", firmware.attachment.rawValue),
            Fact("chosen-by", firmware.choice.origin, .quoted),
        ] + (forecast.map { [Fact("launch-digest", $0.text)] } ?? [])
    }

    private static func facts(about confinement: LaunchPlan.ConfinementPlan) -> [Fact] {
        var facts = [
            Fact("seccomp", confinement.mode.rawValue),
            Fact("groups", list(confinement.ruleset.groups.map { $0.group.name })),
        ]
        if confinement.files.mode != .off {
            facts.append(Fact("landlock", confinement.files.mode.rawValue))
        }
        if let kept = confinement.capabilities.kept {
            let names = kept.sorted { $0.rawValue < $1.rawValue }.map(\.name)
            facts.append(Fact("capabilities", names.isEmpty ? "none" : list(names)))
        }
        return facts
    }

    private static func facts(about removedVariables: [ByteString]) -> [Fact] {
        guard !removedVariables.isEmpty else { return [] }
        let names = removedVariables.map(\.bytes).joined(separator: [UInt8(ascii: ",")])
        return [Fact(key: "removed-variables", value: ByteString(names))]
    }

    private static func list(_ words: [String]) -> String { words.joined(separator: ",") }
}

extension LaunchRecord.Fact {
    fileprivate init(_ key: String, _ value: String, _ form: LaunchRecord.Form = .plain) {
        self.init(key: key, value: ByteString(value), form: form)
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
