import Testing

/// Launch digests that other implementations computed.
enum LaunchVectors {
    struct Vectors: Decodable, Sendable {
        let sev: [SEV]
        let suffixImages: [SEV]
        let sevEsVariants: [SEVES]
        let tdx: [TDX]
        let hashTables: [Table]
        let vmsaPages: SaveAreas
        let snpTraces: [Trace]
        let launchMeasureHmacExample: Measured
    }

    struct Measured: Decodable, Sendable {
        let tik: String
        let mnonce: String
        let apiMajor: UInt8
        let apiMinor: UInt8
        let build: UInt8
        let ld: String
        let hmac: String
    }

    struct SEV: Decodable, Sendable, CustomTestStringConvertible {
        let id: String?
        let ovmf: String
        let mode: String
        let vcpus: Int?
        let vcpuType: String?
        let vcpuSig: String?
        let guestFeatures: Features?
        let kernel: String?
        let initrd: String?
        let append: String?
        let vmm: String
        let digest: String?
        var testDescription: String { "\(id ?? "") \(mode) \(ovmf)" }

        /// `"0x1"` in one part of the file, `1` in another.
        struct Features: Decodable, Sendable {
            let number: UInt64

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                let text = try? container.decode(String.self)
                number =
                    try text.flatMap { UInt64($0.dropFirst(2), radix: 16) }
                    ?? container.decode(UInt64.self)
            }
        }

        /// The tool prints a digest for this TDX build, which QEMU does not launch.
        var isRefused: Bool { digest == nil || ovmf == "sid-inteltdx.fd" }
    }

    struct SEVES: Decodable, Sendable, CustomTestStringConvertible {
        let ovmf: String
        let variant: String
        let vcpus: Int
        let vcpuType: String
        let digest: String
        var testDescription: String { "\(ovmf) \(variant)" }
    }

    struct TDX: Decodable, Sendable, CustomTestStringConvertible {
        let file: String
        let mrtd: String?
        let mrtdTwoPassLegacy: String?
        var testDescription: String { file }
    }

    struct Table: Decodable, Sendable {
        let kernel: String
        let initrd: String?
        let append: String?
        let tableHex: String
    }

    struct SaveAreas: Decodable, Sendable {
        let pages: [Page]
        struct Page: Decodable, Sendable, CustomTestStringConvertible {
            let vcpu: String
            let sig: String
            let sevFeatures: String
            let fpu: Bool
            let label: String
            let sha256: String
            let sha384: String
            var testDescription: String { "\(vcpu) \(sig) \(label)" }
        }
    }

    struct Trace: Decodable, Sendable, CustomTestStringConvertible {
        let ovmf: String
        let vcpus: Int
        let sig: String
        let kernel: Bool
        let final: String
        let steps: [Step]
        var testDescription: String { "\(ovmf) \(vcpus) \(kernel)" }

        struct Step: Decodable, Sendable {
            let step: String
            let ld: String
        }
    }
}
