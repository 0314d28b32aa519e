import Host
import Planning
import SystemPackage

/// What `launcherctl plan --json` prints; its keys are documented in docs/json.md and stay.
struct PlanDocument: Encodable {
    struct Firmware: Encodable {
        let name: String
        let chosenBy: String
        let digests: [String]
        let pinnedBy: [String]
        let byteCount: Int
        let build: String?
        let signedBy: String?
        let readOnly: [String]
        let guest: String
        let purpose: String?
        let attachment: String
        let launchDigests: [LaunchDigest]?
        let launchDigestGap: String?
    }

    struct LaunchDigest: Encodable {
        let variant: String?
        let digest: String
    }

    struct Group: Encodable {
        let name: String
        let cause: String
        let purpose: String
        let rules: [PolicyDocument.Rule]
    }

    let vmid: String?
    let name: String?
    let uuid: String?
    let firmware: Firmware?
    let programs: [String]
    let arguments: [String]
    let removedVariables: [String]
    let seccomp: String
    let landlock: String
    let capabilities: String
    let groups: [Group]
    let warnings: [String]
}

extension PlanReport {
    var document: PlanDocument {
        PlanDocument(
            vmid: plan.identity.vmID?.escaped,
            name: plan.identity.name?.escaped,
            uuid: plan.identity.uuid?.escaped,
            firmware: firmware,
            programs: plan.programs.map(\.string),
            arguments: plan.arguments.map { $0.text ?? $0.escaped },
            removedVariables: plan.removedVariables.map(\.escaped),
            seccomp: plan.confinement.mode.rawValue,
            landlock: plan.confinement.files.mode.rawValue,
            capabilities: plan.confinement.capabilities.mode.rawValue,
            groups: plan.confinement.ruleset.groups.map(PlanDocument.Group.init),
            warnings: warnings.map(\.message),
        )
    }

    private var gap: LaunchFailure? {
        if case .unknown(let gap) = forecast { gap } else { nil }
    }

    private var firmware: PlanDocument.Firmware? {
        guard let firmware = plan.firmware, let facts else { return nil }
        return PlanDocument.Firmware(
            name: firmware.choice.name,
            chosenBy: firmware.choice.origin,
            digests: facts.digests.map(\.description),
            pinnedBy: firmware.choice.pins.map(\.origin),
            byteCount: facts.byteCount,
            build: firmware.image.build?.build.text,
            signedBy: firmware.choice.signer?.signer.description,
            readOnly: facts.proofs.map(\.rawValue),
            guest: firmware.guest.rawValue,
            purpose: firmware.context.isRun ? nil : "template-backup",
            attachment: firmware.attachment.rawValue,
            launchDigests: forecast?.digests.map {
                PlanDocument.LaunchDigest(
                    variant: $0.variant?.rawValue,
                    digest: $0.digest.description,
                )
            },
            launchDigestGap: gap?.message,
        )
    }
}

extension PlanDocument.Group {
    fileprivate init(_ selected: SelectedGroup) {
        name = selected.group.name
        cause = selected.cause.description
        purpose = selected.group.purpose
        rules = selected.group.rules.map(PolicyDocument.Rule.init)
    }
}
