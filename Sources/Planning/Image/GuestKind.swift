/// What protects the guest's memory from its host, as the command line asks for it.
package enum GuestKind: String, Hashable, Sendable, CaseIterable {
    case normal
    case sev
    case sevES = "sev-es"
    case sevSNP = "sev-snp"
    case tdx

    package var isConfidential: Bool { self != .normal }

    /// Whether the launcher puts its image into flash, and not into `-bios`.
    ///
    /// - Parameter sevUsesFlash: `sev-attachment pflash`.
    package func startsFromFlash(sevUsesFlash: Bool) -> Bool {
        switch self {
        case .normal: true
        case .sev, .sevES: sevUsesFlash
        case .sevSNP, .tdx: false
        }
    }

    /// `an SEV`, `a TDX`: before "guest".
    package var displayNameWithArticle: String {
        switch self {
        case .normal, .tdx: "a \(displayName)"
        case .sev, .sevES, .sevSNP: "an \(displayName)"
        }
    }

    /// The field's own spelling, for messages.
    package var displayName: String {
        switch self {
        case .normal: "normal"
        case .sev: "SEV"
        case .sevES: "SEV-ES"
        case .sevSNP: "SEV-SNP"
        case .tdx: "TDX"
        }
    }
}
