/// A policy as text, for people and for programs: what `launcherctl policy` prints.
package struct PolicyReport: Sendable {
    package let ruleset: Ruleset
    package let mode: SeccompMode
    package let files: FilePlan?
    package let capabilities: CapabilityPlan?

    package init(
        _ ruleset: Ruleset,
        mode: SeccompMode,
        files: FilePlan? = nil,
        capabilities: CapabilityPlan? = nil,
    ) {
        self.ruleset = ruleset
        self.mode = mode
        self.files = files
        self.capabilities = capabilities
    }
}

extension Verdict {
    /// In one or two words: `allow`, `EPERM`, `ENOSYS, silent`, `kill`.
    package var summary: String {
        switch self {
        case .allow: "allow"
        case .refuse(let refusal, .recorded): refusal.errorName
        case .refuse(let refusal, .silent): "\(refusal.errorName), silent"
        case .kill: "kill"
        }
    }
}

extension Refusal {
    package var errorName: String {
        switch self {
        case .notImplemented: "ENOSYS"
        case .notPermitted: "EPERM"
        }
    }
}

extension ArgumentCheck {
    /// As a condition in C: `a0 == 0x23`, `a1 & 0x8 == 0x8`.
    package var summary: String {
        if meansOwnProcess { return "a\(index) == own process" }
        let left =
            mask == .max || mask == 0xFFFF_FFFF ? "a\(index)" : "a\(index) & \(hexadecimal(mask))"
        return "\(left) == \(hexadecimal(value))"
    }
}

func hexadecimal(_ number: some BinaryInteger) -> String { "0x" + String(number, radix: 16) }
