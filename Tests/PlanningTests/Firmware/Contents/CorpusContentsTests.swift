import Testing

@testable import Planning

/// The compressed volumes of real images held against what is known of them.
@Suite(.enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"))
struct CorpusContentsTests {
    struct Facts: Decodable, Sendable, CustomTestStringConvertible {
        let file: String
        let kind: String
        let features: Features?
        var testDescription: String { file }

        struct Features: Decodable, Sendable {
            let smmRequired: Bool
            let secureBootUi: Bool
            let shell: Bool
            let tpm2: Bool
            let amdsevDxe: Bool
            let tdxDxe: Bool
            let sevSecretDxe: Bool
        }
    }

    static let facts: [Facts] =
        ((try? FirmwareCorpus.decode([Facts].self, from: "image-facts.json")) ?? [])
        .filter { $0.kind == "code" || $0.kind == "combined" }

    @Test(arguments: facts)
    func `what a real build was made of is found in it`(facts: Facts) throws {
        let bytes = try FirmwareCorpus.contents(facts.file)
        let contents = FirmwareContents(unpacked: bytes.span)
        let expected = try #require(facts.features)
        #expect(contents.features.requiresSystemManagementMode == expected.smmRequired)
        #expect(contents.features.supportsSecureBoot == expected.secureBootUi)
        #expect(contents.features.hasSEVDriver == expected.amdsevDxe)
        #expect(contents.features.hasTDXDriver == expected.tdxDxe)
        #expect(contents.features.hasSEVSecretDriver == expected.sevSecretDxe)
        #expect(contents.features.hasPreEFIPhase == (facts.file != "sid-inteltdx.fd"))
        #expect(contents.contains(module: "Shell") == expected.shell)
        #expect(contents.contains(module: "Tcg2Dxe") == expected.tpm2)
    }

    @Test(arguments: facts)
    func `a glimpse tells the same as the whole, or nothing`(facts: Facts) throws {
        let bytes = try FirmwareCorpus.image(facts.file)
        let image = FirmwareImage(bytes.span)
        let glimpse = BuildFeatures.glimpse(image, of: bytes.span)
        let expected = try #require(facts.features)
        let isGlimpsed = facts.file != "sid-inteltdx.fd"
        #expect(
            glimpse.requiresSystemManagementMode == (isGlimpsed ? expected.smmRequired : nil)
        )
        #expect(glimpse.hasSEVSecretDriver == (isGlimpsed ? expected.sevSecretDxe : nil))
    }

    @Test(
        arguments: [
            (
                "trixie-code-4m.fd", "Debian distribution of EDK II", "2025.02-8+deb13u1",
                "11/08/2025"
            ),
            ("sid-amdsev.fd", "Debian distribution of EDK II", "2026.08+ds-2", "09/26/2026"),
            ("sid-inteltdx.fd", "Debian distribution of EDK II", "2026.08+ds-2", "09/26/2026"),
            (
                "noble-amdsev.fd", "Ubuntu distribution of EDK II", "2024.02-2ubuntu0.10",
                "09/23/2026"
            ),
            ("bullseye-code-2m.fd", "EDK II", nil, nil),
        ] as [(String, String, String?, String?)]
    )
    func `a real build says who made it`(
        file: String,
        vendor: String,
        version: String?,
        date: String?,
    ) throws {
        let bytes = try FirmwareCorpus.contents(file)
        let identity = FirmwareContents(unpacked: bytes.span).identity
        #expect(identity.vendor == vendor)
        #expect(identity.version == version)
        #expect(identity.releaseDate == date)
    }

    @Test(arguments: facts)
    func `our decoder unpacks what xz does`(facts: Facts) throws {
        let bytes = try FirmwareCorpus.image(facts.file)
        let volumes = CompressedVolumes(in: FirmwareImage(bytes.span), of: bytes.span)
        let data = Array(bytes[try #require(volumes).range])
        var decoder = try LZMADecoder(data.span, limit: .max)
        // All of it would take a debug build minutes.
        try decoder.decode(upTo: 1 << 20, from: data.span)
        let expected = try FirmwareCorpus.contents(facts.file)
        #expect(decoder.byteCount == expected.count)
        #expect(decoder.output == Array(expected.prefix(decoder.output.count)))
    }

    @Test(arguments: [0x200, 0x8000, 0x4_0000])
    func `a flipped bit in the compressed volume is no trap`(place: Int) throws {
        var bytes = try FirmwareCorpus.image("trixie-code-4m-secboot.fd")
        bytes[place] ^= 0x10
        _ = BuildFeatures.glimpse(FirmwareImage(bytes.span), of: bytes.span)
    }
}
