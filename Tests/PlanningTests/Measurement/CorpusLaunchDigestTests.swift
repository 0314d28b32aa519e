import TestSupport
import Testing

import struct Crypto.SHA256
import struct Crypto.SHA384

@testable import Planning

/// Digests held against those of an independent implementation (sev-snp-measure, td-shim) over real
/// images.
@Suite(.enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"))
struct CorpusLaunchDigestTests {
    static let vectors = try? FirmwareCorpus.decode(
        LaunchVectors.Vectors.self,
        from: "launch-digests.json"
    )

    @Test func `there are vectors`() throws {
        let vectors = try FirmwareCorpus.decode(
            LaunchVectors.Vectors.self,
            from: "launch-digests.json"
        )
        #expect(vectors.sev.count + vectors.suffixImages.count > 90)
    }

    /// The inputs of the vectors, by their recipe.
    private func input(_ name: String?) -> [UInt8] {
        switch name {
        case "kernel-a.bin": (0..<12288).map { UInt8(truncatingIfNeeded: 7 * $0 + 3) }
        case "initrd-a.bin": (0..<5000).map { UInt8(truncatingIfNeeded: 13 * $0 + 11) }
        default: []
        }
    }

    private func hashes(_ kernel: String?, _ initrd: String?, _ append: String?) -> KernelHashes? {
        guard kernel != nil else { return nil }
        let kernel = input(kernel)
        let initrd = input(initrd)
        return KernelHashes(
            kernel: kernel.span,
            initrd: initrd.span,
            commandLine: append.map { ByteString($0) },
        )
    }

    private func number(_ text: String) throws -> UInt64 {
        try #require(UInt64(text.dropFirst(2), radix: 16))
    }

    private func processors(_ vector: LaunchVectors.SEV) throws -> Processors {
        let raw = try vector.vcpuSig.map { CPUSignature(rawValue: UInt32(try number($0))) }
        let named = vector.vcpuType.flatMap(CPUSignature.init(modelName:))
        // Where a vector has both, they have to agree.
        #expect(named == nil || raw == nil || named == raw)
        let vmm: VMM =
            switch vector.vmm {
            case "ec2": .ec2
            case "gce": .gce
            default: .qemu(try #require(named ?? raw))
            }
        return try Processors(
            count: vector.vcpus ?? 1,
            vmm: vmm,
            features: vector.guestFeatures.map { GuestFeatures(rawValue: $0.number) },
        )
    }

    private func digest(_ vector: LaunchVectors.SEV) throws -> String? {
        let bytes = try FirmwareCorpus.image(vector.ovmf)
        let hashes = hashes(vector.kernel, vector.initrd, vector.append)
        return switch vector.mode {
        case "sev": try LaunchDigest.sev(firmware: bytes.span, hashes: hashes).digest.hex
        case "seves":
            try LaunchDigest.sevES(
                firmware: bytes.span,
                processors: processors(vector),
                variants: [.init2],
                hashes: hashes,
            )[0].digest.hex
        case "snp":
            try LaunchDigest.sevSNP(
                firmware: bytes.span,
                processors: processors(vector),
                hashes: hashes,
            ).digest.hex
        case "snp:ovmf-hash":
            try LaunchDigest.sevSNPFirmware(bytes.span).hex
        default: nil
        }
    }

    @Test(arguments: (vectors?.sev ?? []) + (vectors?.suffixImages ?? []))
    func `an SEV digest is that of the other implementation`(vector: LaunchVectors.SEV) throws {
        if vector.isRefused {
            #expect(throws: MeasurementRefusal.self) { try digest(vector) }
        } else {
            #expect(try digest(vector) == vector.digest)
        }
    }

    @Test(arguments: vectors?.sevEsVariants ?? [])
    func `each variant of SEV-ES has its own digest`(vector: LaunchVectors.SEVES) throws {
        let bytes = try FirmwareCorpus.image(vector.ovmf)
        let swapsDebugState = vector.variant.contains("debug_swap")
        let digest = try LaunchDigest.sevES(
            firmware: bytes.span,
            processors: Processors(
                count: vector.vcpus,
                vmm: .qemu(try #require(CPUSignature(modelName: vector.vcpuType))),
                features: swapsDebugState ? .debugSwap : nil,
            ),
            variants: [vector.variant.contains("KVM_SEV_INIT2") ? .init2 : .legacy],
        )
        #expect(digest.map(\.digest.hex) == [vector.digest])
    }

    @Test(arguments: vectors?.tdx ?? [])
    func `MRTD is that of the other implementation`(vector: LaunchVectors.TDX) throws {
        let bytes = try FirmwareCorpus.image(vector.file)
        guard let mrtd = vector.mrtd else {
            #expect(throws: MeasurementRefusal.self) { try LaunchDigest.tdx(firmware: bytes.span) }
            return
        }
        #expect(try LaunchDigest.tdx(firmware: bytes.span).digest.hex == mrtd)
        #expect(
            try LaunchDigest.tdx(firmware: bytes.span, order: .twoPass).digest.hex
                == vector.mrtdTwoPassLegacy
        )
    }

    @Test func `the table of kernel hashes is the one that QEMU writes`() throws {
        for table in try #require(Self.vectors).hashTables {
            let hashes = hashes(table.kernel, table.initrd, table.append)
            #expect(hexadecimal(try #require(hashes).table) == table.tableHex)
        }
    }

    @Test(arguments: vectors?.vmsaPages.pages ?? [])
    func `a VMSA is the page that KVM measures`(page: LaunchVectors.VMSAs.Page) throws {
        let reset = SEVResetBlock(address: 0x80_B004, origin: .table)
        let area = VMSA(
            start: page.vcpu == "bsp" ? .resetVector : .resetBlock(reset),
            vmm: .qemu(CPUSignature(rawValue: UInt32(try number(page.sig)))),
            features: GuestFeatures(rawValue: try number(page.sevFeatures)),
            includesFloatingPoint: page.fpu,
        )
        let bytes = area.page
        #expect(hexadecimal(SHA256.hash(bytes.span)) == page.sha256)
        #expect(hexadecimal(SHA384.hash(bytes.span)) == page.sha384)
    }

    /// A digest that is wrong says nothing of where; every link of these chains is known.
    @Test(arguments: vectors?.snpTraces ?? [])
    func `every step of a launch has the digest that it should`(trace: LaunchVectors.Trace) throws {
        let name = trace.ovmf.contains("noble") ? "noble-amdsev.fd" : "sid-amdsev.fd"
        let bytes = try FirmwareCorpus.image(name)
        let steps = trace.steps.filter { $0.step != "first firmware page" }
        let found = try LaunchDigest.sevSNP(
            firmware: bytes.span,
            processors: Processors(
                count: trace.vcpus,
                vmm: .qemu(CPUSignature(rawValue: UInt32(try number(trace.sig)))),
            ),
            hashes: trace.kernel
                ? hashes(
                    "kernel-a.bin",
                    "initrd-a.bin",
                    "console=ttyS0 root=/dev/vda1 ro quiet"
                )
                : nil,
        ).steps
        #expect(found.map(\.digest.hex) == steps.map(\.ld))
        for (step, part) in zip(steps, found.map(\.part)).dropFirst() {
            #expect(step.step.replacing("VMSA", with: "CPU") == part.name)
        }
        #expect(steps.last?.ld == trace.final)
    }
}

/// Launch digests that other implementations computed.
enum LaunchVectors {
    struct Vectors: Decodable, Sendable {
        let sev: [SEV]
        let suffixImages: [SEV]
        let sevEsVariants: [SEVES]
        let tdx: [TDX]
        let hashTables: [Table]
        let vmsaPages: VMSAs
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

    struct VMSAs: Decodable, Sendable {
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
