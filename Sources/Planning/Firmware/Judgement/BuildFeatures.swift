/// What only the compressed volume tells of a build. `nil` is not known, which is never a reason
/// to refuse or to warn.
package struct BuildFeatures: Hashable, Sendable {
    /// Built with SMM_REQUIRE: hangs at once where there is no system management mode.
    package var requiresSystemManagementMode: Bool?
    package var hasSEVDriver: Bool?
    package var hasTDXDriver: Bool?
    /// The launch secret's driver, which only the hardened AmdSev build has.
    package var hasSEVSecretDriver: Bool?
    package var supportsSecureBoot: Bool?
    /// The second phase, which only the hardened IntelTdx build goes without.
    package var hasPreEFIPhase: Bool?

    package init(
        requiresSystemManagementMode: Bool? = nil,
        hasSEVDriver: Bool? = nil,
        hasTDXDriver: Bool? = nil,
        hasSEVSecretDriver: Bool? = nil,
        supportsSecureBoot: Bool? = nil,
        hasPreEFIPhase: Bool? = nil,
    ) {
        self.requiresSystemManagementMode = requiresSystemManagementMode
        self.hasSEVDriver = hasSEVDriver
        self.hasTDXDriver = hasTDXDriver
        self.hasSEVSecretDriver = hasSEVSecretDriver
        self.supportsSecureBoot = supportsSecureBoot
        self.hasPreEFIPhase = hasPreEFIPhase
    }

    /// Nothing known: the compressed volume was not looked into.
    package static let unknown = BuildFeatures()
}
