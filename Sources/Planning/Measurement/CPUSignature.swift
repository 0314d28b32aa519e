/// What CPUID leaf 1 returns in EAX: family, model and stepping of a virtual CPU. It stands in RDX
/// at reset, so SEV-ES and SEV-SNP launch digests depend on it.
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
    /// The signature that the value of `-cpu` comes to: a model's, unless `family`, `model` or
    /// `stepping` say otherwise. `nil` where the model's is not known or a number cannot be.
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
    package var description: String { hexadecimal(address: UInt64(rawValue)) }
}
