/// What CPUID leaf 1 returns in EAX: family, model and stepping of a virtual CPU. It is in RDX at
/// reset, so SEV-ES and SEV-SNP launch digests depend on it.
package struct CPUSignature: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// As CPUID encodes them; numbers too large for it are `nil`.
    package init?(family: Int, model: Int, stepping: Int) {
        guard (0...0x10E).contains(family), (0...0xFF).contains(model), (0...15).contains(stepping)
        else { return nil }
        let base = UInt32(min(family, 15)) << 8
        let extended = UInt32(max(family - 15, 0)) << 20
        let number = UInt32(model & 15) << 4 | UInt32(model >> 4) << 16
        rawValue = base | extended | number | UInt32(stepping)
    }

    package var family: Int {
        let base = Int(rawValue >> 8 & 15)
        return base == 15 ? base + Int(rawValue >> 20 & 0xFF) : base
    }

    package var model: Int { Int(rawValue >> 4 & 15) | Int(rawValue >> 16 & 15) << 4 }
    package var stepping: Int { Int(rawValue & 15) }

    /// The signature of a CPU model by its QEMU name, in any of its versions: `EPYC-Milan`,
    /// `EPYC-v4`, `EPYC-IBPB`. `nil` for a name that is not QEMU's, and for `host` and `max`, which
    /// are the host's own.
    package init?(modelName: String) {
        for row in Self.rows where modelName.hasPrefix(row.name) {
            let version = modelName.utf8.dropFirst(row.name.utf8.count)
            guard let signature = row.signature(of: Substring(version)) else { continue }
            rawValue = signature
            return
        }
        return nil
    }
}

extension CPUSignature {
    /// QEMU's names of CPU models, without those of versions.
    package static var modelNames: [String] { rows.map(\.name) }

    /// The signature that the value of `-cpu` comes to: a model's, unless `family`, `model` or
    /// `stepping` say otherwise. `nil` if the model's is not known or a number cannot be.
    ///
    /// - Parameter machine: the type of `-machine`. `qemu64` had another signature in those of QEMU
    ///   6.0 and older (`pc_compat_6_0` in QEMU's hw/i386/pc.c).
    package init?(cpuArgument: String, machine: MachineType? = nil) {
        let parts = cpuArgument.split(separator: ",", omittingEmptySubsequences: false)
        guard let name = parts.first else { return nil }
        let isOld = machine?.version.map { $0 < (6, 1) } ?? false
        let named = name == "qemu64" && isOld ? Self.oldQEMU64 : Self(modelName: String(name))
        guard let model = named else { return nil }
        var (family, number, stepping) = (model.family, model.model, model.stepping)
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, ["family", "model", "stepping"].contains(pair[0]) else {
                continue
            }
            guard let value = QEMUValue.number(ByteString(pair[1])).flatMap({ Int(exactly: $0) })
            else { return nil }
            switch pair[0] {
            case "family": family = value
            case "model": number = value
            default: stepping = value
            }
        }
        self.init(family: family, model: number, stepping: stepping)
    }

    private static let oldQEMU64 = CPUSignature(rawValue: 0x663)
}

extension CPUSignature: CustomStringConvertible {
    /// `0xa00f11`
    package var description: String { hexadecimal(rawValue) }
}

extension CPUSignature {
    /// One of QEMU's CPU models, or the older name of one of its versions.
    struct Row: Sendable {
        let name: String
        /// What the name without a version has; older machine types and newer ones agree in it.
        let signature: UInt32
        /// How many there are of `-v1`, `-v2` and so on; none for an older name.
        private let versionCount: Int
        /// The signatures of `-v2` and so on, if they are not all the same.
        private let laterSignatures: [UInt32]

        init(_ name: String, _ signature: UInt32, versions: Int = 0) {
            self.name = name
            self.signature = signature
            versionCount = versions
            laterSignatures = []
        }

        init(_ name: String, byVersion first: UInt32, _ later: [UInt32]) {
            self.name = name
            signature = first
            versionCount = later.count + 1
            laterSignatures = later
        }

        /// One for each signature, if versions that follow one another share it.
        var models: [Model] {
            var models: [Model] = []
            for version in 1..<versionCount + 1 {
                let found = CPUSignature(rawValue: self.signature(of: "-v\(version)") ?? signature)
                var first = version
                if let last = models.last, last.signature == found, let range = last.versions {
                    first = range.lowerBound
                    models.removeLast()
                }
                models.append(Model(name: name, versions: first...version, signature: found))
            }
            let own = Model(name: name, versions: nil, signature: CPUSignature(rawValue: signature))
            return models.isEmpty ? [own] : models
        }

        /// - Parameter suffix: what follows the name: nothing, or a version as `-v2`.
        func signature(of suffix: Substring) -> UInt32? {
            guard !suffix.isEmpty else { return signature }
            guard let version = (1..<versionCount + 1).first(where: { suffix == "-v\($0)" }) else {
                return nil
            }
            return version == 1 || laterSignatures.isEmpty
                ? signature : laterSignatures[version - 2]
        }
    }

    /// Source: QEMU 11.0.3, `target/i386/cpu.c`, `builtin_x86_defs`. Some of Intel's models change
    /// their signature with their version; AMD's do not.
    static let rows: [Row] = [
        // AMD
        Row("athlon", 0x623, versions: 1),
        Row("EPYC", 0x80_0F12, versions: 5),
        Row("EPYC-Genoa", 0xA1_0F10, versions: 2),
        Row("EPYC-IBPB", 0x80_0F12),
        Row("EPYC-Milan", 0xA0_0F11, versions: 3),
        Row("EPYC-Rome", 0x83_0F10, versions: 5),
        Row("EPYC-Turin", 0xB0_0F00, versions: 1),
        Row("Opteron_G1", 0xF61, versions: 1),
        Row("Opteron_G2", 0xF61, versions: 1),
        Row("Opteron_G3", 0x10_0F23, versions: 1),
        Row("Opteron_G4", 0x60_0F12, versions: 1),
        Row("Opteron_G5", 0x60_0F20, versions: 1),
        Row("phenom", 0x10_0F23, versions: 1),
        Row("qemu64", 0x6_0FB1, versions: 1),
        // Hygon
        Row("Dhyana", 0x90_0F01, versions: 2),
        // Intel
        Row("486", 0x480, versions: 1),
        Row("Broadwell", 0x3_06D2, versions: 4),
        Row("Broadwell-IBRS", 0x3_06D2),
        Row("Broadwell-noTSX", 0x3_06D2),
        Row("Broadwell-noTSX-IBRS", 0x3_06D2),
        Row("Cascadelake-Server", 0x5_0656, versions: 5),
        Row("Cascadelake-Server-noTSX", 0x5_0656),
        Row("ClearwaterForest", 0xD_06D0, versions: 3),
        Row("Conroe", 0x6F3, versions: 1),
        Row("Cooperlake", 0x5_065A, versions: 2),
        Row("core2duo", 0x6FB, versions: 1),
        Row("coreduo", 0x6E8, versions: 1),
        Row("Denverton", 0x5_06F1, versions: 3),
        Row("DiamondRapids", 0x40_0F10, versions: 1),
        Row("GraniteRapids", byVersion: 0xA_06D0, [0xA_06D1, 0xA_06D1, 0xA_06D1, 0xA_06D1]),
        Row("Haswell", byVersion: 0x3_06C4, [0x3_06C1, 0x3_06C4, 0x3_06C1]),
        Row("Haswell-IBRS", 0x3_06C4),
        Row("Haswell-noTSX", 0x3_06C1),
        Row("Haswell-noTSX-IBRS", 0x3_06C1),
        Row(
            "Icelake-Server",
            byVersion: 0x8_0660,
            [0x8_0660, 0x8_0660, 0x6_06A0, 0x6_06A0, 0x6_06A0, 0x6_06A0]
        ),
        Row("IvyBridge", 0x3_06A9, versions: 2),
        Row("IvyBridge-IBRS", 0x3_06A9),
        Row("KnightsMill", 0x8_0650, versions: 1),
        Row("kvm32", 0xF61, versions: 1),
        Row("kvm64", 0xF61, versions: 1),
        Row("n270", 0x1_06C2, versions: 1),
        Row("Nehalem", 0x1_06A3, versions: 2),
        Row("Nehalem-IBRS", 0x1_06A3),
        Row("Penryn", 0x1_0673, versions: 1),
        Row("pentium", 0x543, versions: 1),
        Row("pentium2", 0x652, versions: 1),
        Row("pentium3", 0x673, versions: 1),
        Row("qemu32", 0x663, versions: 1),
        Row("SandyBridge", 0x2_06A1, versions: 2),
        Row("SandyBridge-IBRS", 0x2_06A1),
        Row("SapphireRapids", 0x8_06F4, versions: 6),
        Row("SierraForest", byVersion: 0xA_06F0, [0xA_06F3, 0xA_06F3, 0xA_06F3, 0xA_06F3]),
        Row("Skylake-Client", 0x5_06E3, versions: 4),
        Row("Skylake-Client-IBRS", 0x5_06E3),
        Row("Skylake-Client-noTSX-IBRS", 0x5_06E3),
        Row("Skylake-Server", 0x5_0654, versions: 5),
        Row("Skylake-Server-IBRS", 0x5_0654),
        Row("Skylake-Server-noTSX-IBRS", 0x5_0654),
        Row("Snowridge", 0x8_0661, versions: 4),
        Row("Westmere", 0x2_06C1, versions: 2),
        Row("Westmere-IBRS", 0x2_06C1),
        // Zhaoxin
        Row("YongFeng", byVersion: 0x7B3, [0x5_07B3, 0x5_07B3]),
    ]
}

// MARK: - All of them

extension CPUSignature {
    /// A model of QEMU's by its own name, and those of its versions that have the same signature.
    package struct Model: Hashable, Sendable {
        /// `EPYC-Milan`
        package let name: String
        /// `1...3`: from -v1 to -v3; `nil` for an older name, which has no versions.
        package let versions: ClosedRange<Int>?
        package let signature: CPUSignature
    }

    /// Of all that ``init(modelName:)`` knows, by vendor and name.
    package static var models: [Model] { rows.flatMap(\.models) }

    /// The known name that was probably meant.
    static func likelyName(for name: String) -> String? {
        let names = rows.flatMap { row in
            [row.name] + row.models.compactMap(\.versions).joined().map { "\(row.name)-v\($0)" }
        }
        return nearest(to: name, among: names)
    }
}

/// The processor of this host, as `/proc/cpuinfo` tells of it.
package struct HostProcessor: Hashable, Sendable {
    /// `AuthenticAMD`
    package let vendor: String
    package let signature: CPUSignature

    /// - Parameter text: of `/proc/cpuinfo`; the first CPU counts.
    package init?(cpuinfo text: [UInt8]) {
        var values: [String: String] = [:]
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            guard !line.isEmpty else { break }
            let pair = line.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            guard pair.count == 2 else { continue }
            values[Self.trimmed(pair[0])] = Self.trimmed(pair[1])
        }
        guard let vendor = values["vendor_id"],
            let family = values["cpu family"].flatMap({ Int($0) }),
            let model = values["model"].flatMap({ Int($0) }),
            let stepping = values["stepping"].flatMap({ Int($0) }),
            let signature = CPUSignature(family: family, model: model, stepping: stepping)
        else { return nil }
        self.vendor = vendor
        self.signature = signature
    }

    /// Whether it is of the vendors whose processors have SEV.
    package var canHaveSEV: Bool { vendor == "AuthenticAMD" || vendor == "HygonGenuine" }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}

// MARK: - What -cpu names

extension MeasuredCommandLine {
    package enum Model: Hashable, Sendable {
        case known(CPUSignature)
        /// `host` or `max`: what the host's own processor is.
        case host
    }

    /// - Parameters:
    ///   - value: of `-cpu`.
    ///   - machine: `nil` for one of today.
    package static func model(
        _ value: ByteString,
        on machine: MachineType? = nil,
    ) throws(MeasurementGap) -> Model {
        guard let text = value.text else { throw .processorModel(value) }
        if let signature = CPUSignature(cpuArgument: text, machine: machine) {
            return .known(signature)
        }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let isOverridden = parts.dropFirst().contains { part in
            ["family=", "model=", "stepping="].contains { part.hasPrefix($0) }
        }
        guard let name = parts.first, ["host", "max"].contains(name), !isOverridden else {
            throw .processorModel(value)
        }
        return .host
    }
}
