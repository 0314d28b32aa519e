/// What only the compressed volume tells of a build. `nil` is not known, which is never a reason
/// to refuse or to warn.
package struct BuildFeatures: Hashable, Sendable {
    /// Built with SMM_REQUIRE: hangs at once without system management mode.
    package var requiresSystemManagementMode: Bool?
    package var hasSEVDriver: Bool?
    package var hasTDXDriver: Bool?
    /// The launch secret's driver, which only the hardened AmdSev build has.
    package var hasSEVSecretDriver: Bool?
    package var supportsSecureBoot: Bool?
    /// The second phase, which every build has except the hardened IntelTdx build.
    package var hasPreEFIPhase: Bool?
    /// What the drivers are for. (A first phase of 32 bits may start drivers of 64.)
    package var driverMode: ProcessorMode?
    package var otherMachine: OtherMachine?
    /// Whether its version is from before edk2-stable202308, which made S3 work with SMM and a first
    /// phase of 64 bits.
    package var isFromBeforeSuspendFix: Bool?

    /// A machine that the build is for, and that QEMU's PC machines are not, by modules that no
    /// build for those has.
    package enum OtherMachine: String, Hashable, Sendable, CaseIterable {
        case microvm
        case virtualBox = "VirtualBox"

        /// edk2 `OvmfPkg/Microvm/MicrovmX64.dsc`, whose devices are in a device tree; VirtualBox
        /// `src/VBox/Devices/EFI/Firmware/VBoxPkg`.
        fileprivate var modules: Set<String> {
            switch self {
            case .microvm: ["FdtClientDxe", "VirtioFdtDxe"]
            case .virtualBox: ["VBoxAppleSim", "VBoxSysTables", "VBoxVgaDxe"]
            }
        }
    }

    package init(
        requiresSystemManagementMode: Bool? = nil,
        hasSEVDriver: Bool? = nil,
        hasTDXDriver: Bool? = nil,
        hasSEVSecretDriver: Bool? = nil,
        supportsSecureBoot: Bool? = nil,
        hasPreEFIPhase: Bool? = nil,
        driverMode: ProcessorMode? = nil,
        otherMachine: OtherMachine? = nil,
    ) {
        self.requiresSystemManagementMode = requiresSystemManagementMode
        self.hasSEVDriver = hasSEVDriver
        self.hasTDXDriver = hasTDXDriver
        self.hasSEVSecretDriver = hasSEVSecretDriver
        self.supportsSecureBoot = supportsSecureBoot
        self.hasPreEFIPhase = hasPreEFIPhase
        self.driverMode = driverMode
        self.otherMachine = otherMachine
    }

    /// Nothing known: the compressed volume was not looked into.
    package static let unknown = BuildFeatures()
}

extension BuildFeatures {
    /// The features of a build whose volumes are all known.
    init(all volumes: [UnpackedVolume]) {
        let modules = volumes.flatMap(\.modules)
        let names = Set(modules.map(\.name))
        // Without a module nothing was understood, and nothing is known to be missing.
        guard !names.isEmpty else {
            self = .unknown
            return
        }
        self.init(
            requiresSystemManagementMode: names.contains("PiSmmCore"),
            hasSEVDriver: names.contains("AmdSevDxe"),
            hasTDXDriver: names.contains("TdxDxe"),
            hasSEVSecretDriver: names.contains("SecretDxe"),
            supportsSecureBoot: names.contains("SecureBootConfigDxe"),
            hasPreEFIPhase: names.contains("PeiCore"),
            driverMode: modules.first { $0.name == "DxeCore" }?.mode,
            otherMachine: OtherMachine.allCases.first { !$0.modules.isDisjoint(with: names) },
        )
    }
}

/// Who built an image, and when: texts that the distribution set, kept by the driver that shows
/// them to the guest as its BIOS.
package struct BuildIdentity: Hashable, Sendable {
    /// `Debian distribution of EDK II`
    package let vendor: String?
    /// `2025.02-8+deb13u1`
    package let version: String?
    /// `11/08/2025`
    package let releaseDate: String?

    /// edk2's SmbiosPlatformDxe holds date, version and vendor one after the other; BdsDxe holds the
    /// vendor alone, complete and without other text.
    init(of volumes: [UnpackedVolume], in bytes: Span<UInt8>) {
        let modules = volumes.flatMap(\.modules)
        func texts(_ name: String) -> [String] {
            guard let module = modules.first(where: { $0.name == name }) else { return [] }
            return Self.texts(in: module.body, of: bytes)
        }
        let bios = texts("SmbiosPlatformDxe")
        let date = bios.lastIndex(where: Self.isDate)
        releaseDate = date.map { bios[$0] }
        let next = date.flatMap { date in bios[date...].dropFirst().first }
        // A build without a version has the vendor there.
        let version = next.flatMap { Self.isVendor($0) ? nil : $0 }
        self.version = version
        vendor = texts("BdsDxe").first { text in
            Self.isVendor(text) || (version != nil && bios.contains { $0.hasSuffix(text) })
        }.map { Self.withoutStray($0, known: bios) }
    }

    /// The edk2 release that a distribution's version begins with, as year and month in one number:
    /// 202502 for `2025.02-8`, or for `edk2-stable202502`.
    var stableRelease: Int? {
        guard let version else { return nil }
        let text = version.hasPrefix("edk2-stable") ? version.dropFirst(11) : version[...]
        let digits = text.prefix { $0.isNumber || $0 == "." }.filter(\.isNumber)
        guard digits.count >= 6, let number = Int(digits.prefix(6)),
            (2000...2099).contains(number / 100), (1...12).contains(number % 100)
        else { return nil }
        return number
    }

    private static let project = "EDK II"

    private static func isVendor(_ text: String) -> Bool { text.hasSuffix(project) }

    /// A number before the text may look like a character of it (`@EDK II`).
    private static func withoutStray(_ text: String, known: [String]) -> String {
        let rest = String(text.dropFirst())
        if known.contains(rest) { return rest }
        let before = text.dropLast(project.utf8.count)
        return isVendor(text) && before.last.map { $0 != " " } == true ? project : text
    }

    /// MM/DD/YYYY
    private static func isDate(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.map(\.count) == [2, 2, 4]
            && parts.allSatisfy { $0.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) }
    }

    /// The runs of four or more printable ASCII characters in UTF-16 that end in a NUL.
    private static func texts(in range: Range<Int>, of bytes: Span<UInt8>) -> [String] {
        var texts: [String] = []
        var text = ""
        for offset in stride(from: range.lowerBound, to: range.upperBound - 1, by: 2) {
            let unit = bytes.uint16(at: offset) ?? 0
            if (0x20..<0x7F).contains(unit) {
                text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
                continue
            }
            if unit == 0, text.utf8.count >= 4 { texts.append(text) }
            text = ""
        }
        return texts
    }
}
