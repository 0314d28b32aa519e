/// What the system log keeps of a launch: one line of facts, in `key=value` form.
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
