import Planning
import TestSupport
import Testing

/// The judgement held against what is known of images, and against pairs known to be wrong.
struct KnownImageJudgeTests {
    typealias Context = JudgementContext

    struct Facts: Decodable, Sendable, CustomTestStringConvertible {
        let file: String
        /// Absent for a variable store.
        let features: Features?
        let cvm: [String: Fitness]
        let kernelHashesSupported: [String: Bool]

        struct Features: Decodable, Sendable {
            let smmRequired: Bool
            let amdsevDxe: Bool
            let tdxDxe: Bool
        }
        struct Fitness: Decodable, Sendable {
            let ok: Bool
            let reasons: [String]
        }

        var testDescription: String { file }

        /// A missing driver is doubtful, not impossible: another name may do its work.
        func isRefused(_ guest: String) -> Bool {
            cvm[guest]?.reasons.contains { !$0.hasSuffix("driver") } == true
        }
    }

    static let facts = KnownImage.facts(Facts.self)

    @Test func `there are facts of every image that is made here`() throws {
        let facts = try KnownImage.made(Facts.self)
        #expect(Set(facts.map(\.file)) == Set(MadeImage.allCases.map(\.rawValue)))
    }

    @Test(.enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"))
    func `there are facts of real images`() throws {
        let facts = try FirmwareCorpus.decode([Facts].self, from: "image-facts.json")
        #expect(facts.count >= 9)
    }

    @Test(arguments: facts)
    func `an image is refused for the guests that it cannot start`(facts: Facts) throws {
        let image = try KnownImage.understood(facts.file)
        let features = BuildFeatures(
            requiresSystemManagementMode: facts.features?.smmRequired,
            hasSEVDriver: facts.features?.amdsevDxe,
            hasTDXDriver: facts.features?.tdxDxe,
        )
        let guests: [(GuestKind, Context.Attachment, String)] = [
            (.sev, .flash, "sev"), (.sevES, .flash, "sev-es"), (.sevSNP, .bios, "snp"),
            (.tdx, .bios, "tdx"),
        ]
        for (guest, attachment, name) in guests {
            let context = Context(guest: guest, attachment: attachment)
            let findings = judge(image, features: features, in: context)
            #expect((findings.refusal != nil) == facts.isRefused(name), "\(guest)")
        }
    }

    @Test(arguments: facts)
    func `an image fits the guests that it is known to start`(facts: Facts) throws {
        let bytes = try KnownImage.bytes(facts.file)
        let image = FirmwareImage(bytes.span)
        let contents = try FirmwareContents.read(image, of: bytes.span)
        let fitness = FirmwareFitness(of: image, features: contents?.features ?? .unknown)
        let guests: [(GuestKind, String)] = [
            (.sev, "sev"), (.sevES, "sev-es"), (.sevSNP, "snp"), (.tdx, "tdx"),
        ]
        for (guest, name) in guests {
            #expect(fitness.isFit(for: guest) == (facts.cvm[name]?.ok == true), "\(guest)")
        }
    }

    @Test(arguments: facts)
    func `kernel hashes are refused where an image has no place for them`(facts: Facts) throws {
        let image = try KnownImage.understood(facts.file)
        for (guest, name) in [(GuestKind.sev, "sev"), (.sevSNP, "snp")] {
            let context = Context(
                guest: guest,
                attachment: .bios,
                hasKernelHashes: true,
                hasKernel: true
            )
            let findings = judge(image, in: context)
            let isRefused = findings.contains { $0.code == "FW-E14" }
            let expected = image.holdsCode && facts.kernelHashesSupported[name] == false
            #expect(isRefused == expected, "\(guest)")
        }
    }

    struct Pair: Sendable, CustomTestStringConvertible {
        let made: MadeImage
        /// The real image that it is like.
        let file: String
        let guest: GuestKind
        let attachment: Context.Attachment
        var store: Int?
        var features = BuildFeatures.unknown
        let codes: [String]
        var testDescription: String { "\(file) \(guest) \(codes)" }
    }

    static let pairs: [Pair] = [
        Pair(
            made: .code,
            file: "trixie-code-4m.fd",
            guest: .normal,
            attachment: .flash,
            store: 540_672,
            codes: []
        ),
        Pair(
            made: .code,
            file: "trixie-code-4m.fd",
            guest: .normal,
            attachment: .flash,
            store: 131_072,
            codes: ["FW-E15"]
        ),
        Pair(
            made: .codeOld,
            file: "bullseye-code-2m.fd",
            guest: .normal,
            attachment: .flash,
            store: 131_072,
            codes: []
        ),
        Pair(
            made: .codeOld,
            file: "bullseye-code-2m.fd",
            guest: .normal,
            attachment: .flash,
            store: 540_672,
            codes: ["FW-E15"]
        ),
        Pair(
            made: .code,
            file: "trixie-code-4m.fd",
            guest: .sevSNP,
            attachment: .bios,
            codes: ["FW-E07", "FW-W04"]
        ),
        Pair(
            made: .code,
            file: "trixie-code-4m.fd",
            guest: .tdx,
            attachment: .bios,
            codes: ["FW-E07", "FW-E12", "FW-W04"]
        ),
        Pair(
            made: .codeSecureBoot,
            file: "trixie-code-4m-secboot.fd",
            guest: .sevES,
            attachment: .flash,
            store: 540_672,
            features: BuildFeatures(requiresSystemManagementMode: true),
            codes: ["FW-E13", "FW-W04"]
        ),
        Pair(
            made: .store,
            file: "trixie-vars-4m.fd",
            guest: .normal,
            attachment: .flash,
            codes: ["FW-E04"]
        ),
        Pair(
            made: .legacyBIOS,
            file: "seabios-256k.bin",
            guest: .normal,
            attachment: .flash,
            codes: ["FW-E03"]
        ),
        Pair(
            made: .codeOld,
            file: "bullseye-code-2m.fd",
            guest: .tdx,
            attachment: .bios,
            codes: ["FW-E12", "FW-W04"]
        ),
        Pair(
            made: .combined,
            file: "trixie-combined.fd",
            guest: .normal,
            attachment: .flash,
            codes: ["FW-W01"]
        ),
        Pair(
            made: .combined,
            file: "trixie-combined.fd",
            guest: .sevSNP,
            attachment: .bios,
            codes: ["FW-W04"]
        ),
        Pair(made: .amdsev, file: "sid-amdsev.fd", guest: .sevSNP, attachment: .bios, codes: []),
        Pair(made: .amdsev, file: "noble-amdsev.fd", guest: .sevSNP, attachment: .bios, codes: []),
        Pair(made: .inteltdx, file: "sid-inteltdx.fd", guest: .tdx, attachment: .bios, codes: []),
        Pair(
            made: .inteltdx,
            file: "sid-inteltdx.fd",
            guest: .tdx,
            attachment: .bios,
            features: BuildFeatures(supportsSecureBoot: false),
            codes: ["FW-W06"]
        ),
        Pair(
            made: .inteltdx,
            file: "sid-inteltdx.fd",
            guest: .sevSNP,
            attachment: .bios,
            codes: ["FW-E11", "FW-W04", "FW-W05"]
        ),
    ]

    @Test(arguments: pairs)
    func `a pair is judged as it is known to behave`(pair: Pair) throws {
        try expect(pair, of: KnownImage.understood(pair.made.rawValue))
    }

    @Test(.enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"), arguments: pairs)
    func `a pair with a real image is judged as it is known to behave`(pair: Pair) throws {
        try expect(pair, of: FirmwareCorpus.understood(pair.file))
    }

    private func expect(_ pair: Pair, of image: FirmwareImage) throws {
        let context = Context(
            guest: pair.guest,
            attachment: pair.attachment,
            store: pair.store.map { .init(byteCount: $0) },
        )
        let findings = judge(image, features: pair.features, in: context)
        #expect(findings.map(\.code) == pair.codes)
    }
}
