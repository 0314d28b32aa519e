import Foundation
import LZMA
import TestSupport
import Testing

import struct Crypto.SHA256

@testable import Planning

/// The facts are of these very images.
struct MadeImageTests {
    private struct Facts: Decodable {
        let file: String
        let sha256: String
    }

    private static let isRecording =
        ProcessInfo.processInfo.environment["LAUNCHER_RECORD_GOLDEN"] == "1"

    /// With `LAUNCHER_RECORD_GOLDEN=1` they are written for Scripts/lib/image-facts.py to read.
    @Test(arguments: MadeImage.allCases)
    func `an image is the one that the facts are of`(made: MadeImage) throws {
        let bytes = try made.bytes()
        if Self.isRecording {
            let folder = PackageFiles.root.appending(path: ".build/made-images")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: folder.appending(path: "\(made.rawValue).fd"))
        }
        let facts = try KnownImage.made(Facts.self).filter { $0.file == made.rawValue }
        #expect(facts.map(\.sha256) == [hexadecimal(SHA256.hash(bytes.span))])
    }
}

/// The parser held against what other people's readers find in images.
struct KnownImageTests {
    struct Facts: Decodable, Sendable, CustomTestStringConvertible {
        var testDescription: String { file }

        let file: String
        let size: Int
        let kind: String
        let fvs: [Volume]
        let resetVectorPresent: Bool
        let resetVectorClass: String
        let vtfSignature: Bool
        let guidTable: Table?
        let sevMetadata: Metadata<SEVSection>?
        let tdxMetadata: Metadata<TDXSection>?
        let varstore: Store?
        let secureBootKeysEnrolled: Bool?
        let sevEsResetIp: UInt32?
        let standaloneSevEsBlock: Bool?
        let lastFvEndsAtEof: Bool
        let fvsContiguous: Bool

        struct Volume: Decodable, Equatable, Sendable {
            let offset: Int
            let length: Int
            let fvName: String?
        }
        struct Table: Decodable, Sendable {
            let totalLen: Int
            let entries: [Entry]
            struct Entry: Decodable, Sendable {
                let guid: String
                let dataLen: Int
            }
        }
        struct Metadata<Section: Decodable & Sendable>: Decodable, Sendable {
            let offset: Int
            let sections: [Section]
        }
        struct SEVSection: Decodable, Equatable, Sendable {
            let gpa: UInt32
            let size: UInt32
            let typeName: String
        }
        struct TDXSection: Decodable, Equatable, Sendable {
            let dataOffset: UInt32
            let rawSize: UInt32
            let gpa: UInt64
            let memSize: UInt64
            let typeName: String
            let attributes: UInt32
        }
        struct Store: Decodable, Sendable {
            let offset: Int
            let kind: String
            let size: Int
            let formatted: Bool
            let healthy: Bool
            let variables: [Variable]
            let deleted: Int
            let used: Int
            struct Variable: Decodable, Sendable {
                let name: String
            }
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
    func `an image is classified and its volumes are found`(facts: Facts) throws {
        let image = try KnownImage.understood(facts.file)
        let kinds: [String: FirmwareImage.Kind] = [
            "code": .code, "vars": .variableStore, "combined": .combined, "not-uefi-fv": .notUEFI,
        ]
        #expect(image.byteCount == facts.size)
        #expect(image.kind == kinds[facts.kind])
        let volumes = image.layout.volumes.map {
            Facts.Volume(offset: $0.offset, length: $0.byteCount, fvName: $0.name?.description)
        }
        #expect(volumes == facts.fvs)
        #expect(image.layout.isContiguous == facts.fvsContiguous)
        #expect((image.layout.endOfCode == image.byteCount) == facts.lastFvEndsAtEof)
        #expect(image.layout.damagedOffset == nil && image.layout.truncated == nil)
        #expect(image.architecture == (facts.kind == "vars" ? nil : .x86))
    }

    @Test(arguments: facts)
    func `the end of an image is understood`(facts: Facts) throws {
        let image = try KnownImage.understood(facts.file)
        let reset = try #require(image.resetVector)
        #expect((reset.style != .empty) == facts.resetVectorPresent)
        #expect(reset.hasVolumeTopFile == facts.vtfSignature)
        let classes: [ResetVector.Style: String] = [.ovmf64: "x64", .ovmf: "ia32-or-old"]
        #expect(classes[reset.style, default: "other"] == facts.resetVectorClass)
        #expect(image.table.value?.byteCount == facts.guidTable?.totalLen)
        #expect(
            image.table.value?.entries.map(\.guid.description)
                == facts.guidTable?.entries.map(\.guid)
        )
        #expect(
            image.table.value?.entries.map(\.data.count) == facts.guidTable?.entries.map(\.dataLen)
        )
        #expect(image.sevReset.value?.address == facts.sevEsResetIp)
        let isAlone = image.sevReset.value?.origin == .standAlone
        #expect(isAlone == (facts.standaloneSevEsBlock == true))
    }

    @Test(arguments: facts)
    func `the metadata of an image is read in its own order`(facts: Facts) throws {
        let image = try KnownImage.understood(facts.file)
        #expect(image.sevMetadata.value?.offset == facts.sevMetadata?.offset)
        let sev = image.sevMetadata.value?.sections.map {
            Facts.SEVSection(
                gpa: $0.address,
                size: $0.byteCount,
                typeName: $0.kind.displayName
            )
        }
        #expect(sev == facts.sevMetadata?.sections)
        #expect(image.tdxMetadata.value?.offset == facts.tdxMetadata?.offset)
        let tdx = image.tdxMetadata.value?.sections.map {
            Facts.TDXSection(
                dataOffset: $0.dataOffset,
                rawSize: $0.rawByteCount,
                gpa: $0.address,
                memSize: $0.memoryByteCount,
                typeName: $0.kind.displayName,
                attributes: $0.attributes.rawValue,
            )
        }
        #expect(tdx == facts.tdxMetadata?.sections)
    }

    @Test(arguments: facts.filter { $0.varstore != nil })
    func `the variables of a store are found`(facts: Facts) throws {
        let image = try KnownImage.understood(facts.file)
        let store = try #require(image.variableStore)
        let expected = try #require(facts.varstore)
        #expect(store.offset == expected.offset)
        #expect(store.byteCount == expected.size)
        #expect(store.isAuthenticated == (expected.kind == "authenticated"))
        #expect(store.isFormatted == expected.formatted)
        #expect(store.isHealthy == expected.healthy)
        #expect(store.liveVariableCount == expected.variables.count)
        #expect(store.deletedVariableCount == expected.deleted)
        #expect(store.usedByteCount == expected.used)
        #expect(Set(store.enrolledKeys.names).isSubset(of: expected.variables.map(\.name)))
        #expect(store.hasSecureBootEnrolled == facts.secureBootKeysEnrolled)
    }
}

/// The compressed volumes of images held against what is known of them.
struct KnownContentsTests {
    struct Facts: Decodable, Sendable, CustomTestStringConvertible {
        let file: String
        let kind: String
        let features: Features?
        /// Of images that are made here only.
        let modules: [String]?
        let contents: Contents?
        var testDescription: String { file }

        /// The hardened IntelTdx build goes without.
        var hasPreEFIPhase: Bool { !["inteltdx", "sid-inteltdx.fd"].contains(file) }

        struct Contents: Decodable, Sendable {
            let size: Int
            let sha256: String
        }
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

    static let facts = KnownImage.facts(Facts.self)
        .filter { $0.kind == "code" || $0.kind == "combined" }

    @Test func `six images of ours have contents`() {
        #expect(Self.facts.count { $0.contents != nil && $0.modules?.isEmpty == false } == 6)
    }

    @Test(arguments: facts.filter { $0.contents != nil })
    func `our decoder unpacks what was packed`(facts: Facts) throws {
        let expected = try #require(facts.contents)
        let bytes = try KnownImage.contents(facts.file)
        #expect(bytes.count == expected.size)
        #expect(hexadecimal(SHA256.hash(bytes.span)) == expected.sha256)
    }

    @Test(arguments: facts.filter { $0.modules != nil })
    func `every module is found by its name, in order`(facts: Facts) throws {
        let bytes = try KnownImage.contents(facts.file)
        let contents = FirmwareContents(unpacked: bytes.span)
        #expect(contents.modules.map(\.name) == facts.modules)
    }

    @Test(arguments: facts)
    func `what a build was made of is found in it`(facts: Facts) throws {
        let bytes = try KnownImage.contents(facts.file)
        let contents = FirmwareContents(unpacked: bytes.span)
        let expected = try #require(facts.features)
        #expect(contents.features.requiresSystemManagementMode == expected.smmRequired)
        #expect(contents.features.supportsSecureBoot == expected.secureBootUi)
        #expect(contents.features.hasSEVDriver == expected.amdsevDxe)
        #expect(contents.features.hasTDXDriver == expected.tdxDxe)
        #expect(contents.features.hasSEVSecretDriver == expected.sevSecretDxe)
        #expect(contents.features.hasPreEFIPhase == facts.hasPreEFIPhase)
        #expect(contents.contains(module: "Shell") == expected.shell)
        #expect(contents.contains(module: "Tcg2Dxe") == expected.tpm2)
    }

    @Test(arguments: facts)
    func `the unpacked start tells the same as the whole, or nothing`(facts: Facts) throws {
        let bytes = try KnownImage.bytes(facts.file)
        let image = FirmwareImage(bytes.span)
        let start = try BuildFeatures.ofUnpackedStart(image, of: bytes.span)
        let expected = try #require(facts.features)
        let isUnpacked = facts.hasPreEFIPhase
        #expect(
            start.requiresSystemManagementMode == (isUnpacked ? expected.smmRequired : nil)
        )
        #expect(start.hasSEVSecretDriver == (isUnpacked ? expected.sevSecretDxe : nil))
    }

    @Test(arguments: [MadeImage.code, .codeSecureBoot, .codeOld, .combined, .amdsev, .inteltdx])
    func `a build says who made it`(made: MadeImage) throws {
        let bytes = try KnownImage.contents(made.rawValue)
        let identity = FirmwareContents(unpacked: bytes.span).identity
        #expect(identity.vendor == "Example distribution of EDK II")
        #expect(identity.version == "2030.01-1+made1")
        #expect(identity.releaseDate == "01/02/2030")
    }

    @Test(
        .enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"),
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

    @Test(
        .enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"),
        arguments: facts.filter { $0.contents == nil }
    )
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

    @Test(arguments: [0x200, 0x800, 0x1000])
    func `a flipped bit in the compressed volume is no trap, and does not go unseen`(
        place: Int
    ) throws {
        var bytes = try MadeImage.codeSecureBoot.bytes()
        let image = FirmwareImage(bytes.span)
        let whole = try FirmwareContents.read(image, of: bytes.span)
        bytes[place] ^= 0x10
        let spoiled = FirmwareImage(bytes.span)
        _ = try? BuildFeatures.ofUnpackedStart(spoiled, of: bytes.span)
        do {
            #expect(try FirmwareContents.read(spoiled, of: bytes.span) != whole)
        } catch {
            #expect([.damaged(.corrupt), .damaged(.truncated)].contains(error))
        }
    }

    @Test(
        .enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"),
        arguments: [0x200, 0x8000, 0x4_0000]
    )
    func `a flipped bit in a real compressed volume is no trap`(place: Int) throws {
        var bytes = try FirmwareCorpus.image("trixie-code-4m-secboot.fd")
        bytes[place] ^= 0x10
        _ = try? BuildFeatures.ofUnpackedStart(FirmwareImage(bytes.span), of: bytes.span)
    }
}

extension KnownImage {
    /// What the image's compressed part unpacks to: by our decoder, whose result another test
    /// holds against Python's, and for outside data, which is large, by xz.
    static func contents(_ name: String) throws -> [UInt8] {
        guard let made = MadeImage(rawValue: name) else { return try FirmwareCorpus.contents(name) }
        let bytes = try made.bytes()
        let volumes = CompressedVolumes(in: FirmwareImage(bytes.span), of: bytes.span)
        let data = Array(bytes[try #require(volumes).range])
        var decoder = try LZMADecoder(data.span, limit: .max)
        try decoder.decode(upTo: decoder.byteCount, from: data.span)
        return decoder.output
    }
}

extension FirmwareCorpus {
    /// What the image's compressed part unpacks to, by somebody else's decoder.
    static func contents(_ name: String) throws -> [UInt8] {
        let bytes = try image(name)
        let volumes = CompressedVolumes(in: FirmwareImage(bytes.span), of: bytes.span)
        return try contents(name, in: #require(volumes?.range))
    }
}
