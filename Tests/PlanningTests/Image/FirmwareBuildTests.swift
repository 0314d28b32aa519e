import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Planning

/// What the pin of an image says of its build, in the place of a look at the image.
struct FirmwareBuildTests {
    typealias Word = FirmwareBuild.Word

    @Test(
        arguments: [
            ([.requiresSMM], "smm"), ([.withoutSMM], "no-smm"), ([.unknown], "unknown"),
            ([.amdSev, .withoutSMM], "no-smm,amdsev"), ([.requiresSMM, .amdSev], "smm,amdsev"),
        ] as [([Word], String)]
    )
    func `a build is said in words`(words: [Word], text: String) {
        #expect(FirmwareBuild(words)?.text == text)
    }

    @Test(
        arguments: [
            [], [.amdSev], [.requiresSMM, .withoutSMM], [.unknown, .amdSev],
            [.unknown, .requiresSMM],
            [.requiresSMM, .requiresSMM],
        ] as [[Word]]
    )
    func `words that say too little or too much are none`(words: [Word]) {
        #expect(FirmwareBuild(words) == nil)
    }

    /// Made here, in Debian's packages, and from outside.
    struct Image: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: @Sendable () throws -> [UInt8]
    }

    private struct Facts: Decodable {
        let file: String
        let kind: String
    }

    static let images: [Image] =
        KnownImage.facts(Facts.self).filter { $0.kind == "code" || $0.kind == "combined" }
        .map { facts in Image(testDescription: facts.file) { try KnownImage.bytes(facts.file) } }
        + installed

    private static let installed: [Image] =
        [
            "OVMF/OVMF_CODE.fd", "OVMF/OVMF_CODE.secboot.fd", "OVMF/OVMF_CODE_4M.fd",
            "OVMF/OVMF_CODE_4M.secboot.fd", "ovmf/OVMF.fd", "OVMF/OVMF32_CODE_4M.secboot.fd",
            "ovmf/OVMF.amdsev.fd", "ovmf/OVMF.inteltdx.fd",
        ].map { "/usr/share/\($0)" }.filter(FileManager.default.fileExists).map { path in
            Image(testDescription: path) { try Array(Data(contentsOf: URL(filePath: path))) }
        }

    /// Every way to start that a launch can tell from others.
    private static let contexts: [JudgementContext] = {
        typealias Mode = JudgementContext.SystemManagementMode
        typealias Store = JudgementContext.VariableStoreFacts
        var contexts: [JudgementContext] = []
        for guest in GuestKind.allCases {
            for attachment in [JudgementContext.Attachment.flash, .bios] {
                for machine in ["pc-i440fx-9.2+pve1", "q35", nil] {
                    for mode in [Mode.on, .off, .automatic] {
                        for suspends in [true, false, nil] {
                            for store in [Store(byteCount: 540_672), nil] {
                                contexts.append(
                                    JudgementContext(
                                        guest: guest,
                                        attachment: attachment,
                                        hasSuspendToMemory: suspends,
                                        store: store,
                                        systemManagementMode: mode,
                                        machineType: machine,
                                    )
                                )
                            }
                        }
                    }
                }
            }
        }
        return contexts
    }()

    @Test(arguments: images)
    func `what is stated is judged as what is seen, for every guest and machine`(
        image: Image
    ) throws {
        let bytes = try image.bytes()
        let known = FirmwareImage(bytes.span)
        let build = try FirmwareBuild(known, of: bytes.span)
        for guest in GuestKind.allCases {
            let seen = try BuildFeatures.ofUnpackedStart(known, of: bytes.span, for: guest)
            for context in Self.contexts where context.guest == guest {
                #expect(
                    judge(known, features: build.features, in: context)
                        == judge(known, features: seen, in: context),
                    "\(context)"
                )
            }
        }
    }

    @Test(arguments: images)
    func `a launch that is told judges as one that looks`(image: Image) throws {
        let bytes = try image.bytes()
        let build = try FirmwareBuild(FirmwareImage(bytes.span), of: bytes.span)
        for (guest, attachment, machine) in [
            (GuestKind.normal, .flash, "pc"), (.normal, .flash, "q35"), (.normal, .bios, "q35"),
            (.sevSNP, .bios, "q35"),
        ] as [(GuestKind, JudgementContext.Attachment, String)] {
            let context = JudgementContext(
                guest: guest,
                attachment: attachment,
                machineType: machine,
            )
            #expect(
                judge(bytes.span, knowing: build, in: context) == judge(bytes.span, in: context)
            )
        }
    }

    private static let onPC = JudgementContext(
        guest: .normal,
        attachment: .flash,
        store: .init(byteCount: 540_672),
        machineType: "pc",
    )

    private static func codes(_ bytes: [UInt8], knowing build: [Word]? = nil) -> [String] {
        judge(bytes.span, knowing: build.flatMap { FirmwareBuild($0) }, in: onPC).map(\.code)
    }

    @Test func `a launch that is told does not look`() throws {
        var bytes = try MadeImage.codeSecureBoot.bytes()
        #expect(Self.codes(bytes) == ["FW-W03"])
        #expect(Self.codes(bytes, knowing: [.withoutSMM]) == [])
        #expect(try Self.codes(MadeImage.code.bytes(), knowing: [.requiresSMM]) == ["FW-W03"])
        let compressed = CompressedVolumes(in: FirmwareImage(bytes.span), of: bytes.span)
        let packed = try #require(compressed?.range)
        bytes[packed.lowerBound + 0x40] ^= 0x10
        #expect(Self.codes(bytes) == ["FW-E03"])
        #expect(Self.codes(bytes, knowing: [.requiresSMM]) == ["FW-W03"])
    }

    @Test func `a look ends at the module that tells`() throws {
        var bytes = try MadeImage.codeSecureBoot.bytes()
        let compressed = CompressedVolumes(in: FirmwareImage(bytes.span), of: bytes.span)
        let packed = try #require(compressed?.range)
        // All that comes after the second phase.
        for index in packed.dropFirst(packed.count / 2) { bytes[index] = 0 }
        #expect(judge(bytes.span, depth: .whole, in: Self.onPC).map(\.code) == ["FW-E03"])
        #expect(Self.codes(bytes) == ["FW-W03"])
    }

    @Test(arguments: [
        (MadeImage.code, "no-smm"), (.codeSecureBoot, "smm"), (.amdsev, "no-smm,amdsev"),
        (.inteltdx, "unknown"), (.combined, "no-smm"),
    ])
    func `an image tells its build`(made: MadeImage, text: String) throws {
        let bytes = try made.bytes()
        #expect(try FirmwareBuild(FirmwareImage(bytes.span), of: bytes.span).text == text)
    }

    @Test(
        .enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"),
        arguments: [
            ("trixie-code-4m.fd", "no-smm"), ("trixie-code-4m-secboot.fd", "smm"),
            ("trixie-combined.fd", "no-smm"), ("bullseye-code-2m.fd", "no-smm"),
            ("noble-amdsev.fd", "no-smm,amdsev"), ("sid-amdsev.fd", "no-smm,amdsev"),
            ("sid-inteltdx.fd", "unknown"),
        ]
    )
    func `a real image tells its build`(file: String, text: String) throws {
        let bytes = try FirmwareCorpus.image(file)
        #expect(try FirmwareBuild(FirmwareImage(bytes.span), of: bytes.span).text == text)
    }

    @Test func `a statement that the image does not bear out is told`() throws {
        let bytes = try MadeImage.codeSecureBoot.bytes()
        func wrong(_ word: Word) throws -> WrongBuild? {
            let request = ImageRequest(
                name: "local:efi-firmware/a.fd",
                root: "/var/lib/vz",
                directories: ["template/efi-firmware"],
                fileName: "a.fd",
                pins: [],
                build: .init(try #require(FirmwareBuild([word])), origin: "launcher.conf line 3"),
                configuration: "launcher.conf",
                rules: .volume(accepting: [.mode]),
            )
            do {
                try request.requireStatedBuild(bytes.span)
                return nil
            } catch {
                return error
            }
        }
        #expect(try wrong(.requiresSMM) == nil)
        let found = try #require(try wrong(.withoutSMM))
        #expect(
            found.message
                == "firmware image 'local:efi-firmware/a.fd': not the build that launcher.conf line 3"
                + " states (expected 'no-smm', found 'smm')"
        )
        #expect(found.hint?.contains("firmware pin local:efi-firmware/a.fd") == true)
        #expect(found.exitStatus == .configuration)
    }
}
