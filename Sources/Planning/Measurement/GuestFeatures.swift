/// SEV_FEATURES of a guest's save areas, by the names of AMD's manual (APM volume 2, 15.36).
package struct GuestFeatures: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package static let snpActive = GuestFeatures(rawValue: 1 << 0)
    /// Linux 6.6 to 6.8 set it in SEV-ES guests unless told otherwise.
    package static let debugSwap = GuestFeatures(rawValue: 1 << 5)
    package static let secureTSC = GuestFeatures(rawValue: 1 << 9)

    /// The names of the bits that are set, in their order.
    package var names: [String] {
        (0..<UInt64.bitWidth).filter { rawValue & 1 << $0 != 0 }.map {
            Self.names[$0] ?? "bit \($0)"
        }
    }

    private static let names: [Int: String] = [
        0: "SNPActive", 1: "vTOM", 2: "ReflectVC", 3: "RestrictedInjection",
        4: "AlternateInjection", 5: "DebugSwap", 6: "PreventHostIBS", 7: "BTBIsolation",
        8: "VmplSSS", 9: "SecureTSC", 10: "VmgexitParameter", 12: "IbsVirtualization",
        14: "VmsaRegProt", 15: "SmtProtection",
    ]
}
