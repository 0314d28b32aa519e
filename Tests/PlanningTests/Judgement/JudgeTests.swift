import TestSupport
import Testing

@testable import Planning

struct JudgeTests {
    typealias Context = JudgementContext

    private static let normal = Context(guest: .normal, attachment: .flash)
    private static let snp = Context(guest: .sevSNP, attachment: .bios)
    private static let tdx = Context(guest: .tdx, attachment: .bios)

    /// Whole 64 KiB blocks, as -bios needs.
    private static let combined = SyntheticImage(storeByteCount: 0x5000).build()
    private static let code = SyntheticImage().build()

    private func codes(
        _ bytes: [UInt8],
        _ context: Context,
        features: BuildFeatures = .unknown,
    ) -> [String] {
        judge(FirmwareImage(bytes.span), features: features, in: context)
            .map(\.code).filter { $0 != "FW-W07" }
    }

    @Test func `what belongs together is not found fault with`() {
        #expect(codes(Self.code, Self.normal) == [])
        #expect(codes(Self.combined, Self.snp) == [])
    }

    @Test func `an image of another architecture is right for its own QEMU`() {
        let image = [0, 4, 0, 0x14] + filler(4092, of: 0) + SyntheticImage().volume(0x8000)
        let context = Context(guest: .normal, attachment: .flash, architecture: .aarch64)
        #expect(codes(image, context) == [])
        #expect(codes(Self.code, context) == ["FW-E09"])
    }

    @Test func `flash has a limit for code and store together`() {
        var context = Self.normal
        context.maximumFlashByteCount = Self.code.count + 0x4000
        context.store = .init(byteCount: 0x4000)
        #expect(!codes(Self.code, context).contains("FW-E06"))
        context.store = .init(byteCount: 0x4001)
        #expect(codes(Self.code, context).contains("FW-E06"))
        context.store = .init(byteCount: .max)
        #expect(codes(Self.code, context).contains("FW-E06"))
    }

    @Test func `a split code image does not fit -bios`() {
        #expect(codes(Self.code, Self.snp) == ["FW-E07"])
        #expect(
            judge(FirmwareImage(Self.code.span), in: Self.snp).refusal?.message
                == "FW-E07: a split code image, without its variable store, does not fit -bios"
                + " (expected a multiple of 65536 bytes, found 45056)"
        )
    }

    @Test(arguments: [GuestKind.sevSNP, .tdx])
    func `private memory cannot be flash`(guest: GuestKind) {
        let found = codes(Self.combined, Context(guest: guest, attachment: .flash))
        #expect(found.first == "FW-E07")
    }

    @Test func `a damaged table is named as the reason`() {
        var bytes = Self.combined
        bytes.write([0xFF, 0xFF], at: bytes.count - 50)
        let finding = judge(FirmwareImage(bytes.span), in: Self.snp).refusal
        #expect(
            finding?.message == "FW-E10: not built for SEV-SNP, unusable SEV-ES reset block:"
                + " its length is wrong (expected 18, found 65535)"
        )
    }

    @Test func `a build that requires SMM is refused where there is none`() {
        let features = BuildFeatures(requiresSystemManagementMode: true)
        let image = Self.combined
        for guest in [GuestKind.sevES, .sevSNP, .tdx] {
            let found = codes(image, Context(guest: guest, attachment: .bios), features: features)
            #expect(found.contains("FW-E13"))
        }
        for guest in [GuestKind.normal, .sev] {
            let found = codes(image, Context(guest: guest, attachment: .bios), features: features)
            #expect(!found.contains("FW-E13"))
        }
    }

    @Test func `of a template that stays paused only what QEMU refuses counts`() {
        let features = BuildFeatures(requiresSystemManagementMode: true)
        var context = Context(guest: .normal, attachment: .flash, machineType: "pc+pve0")
        #expect(codes(Self.code, context, features: features) == ["FW-W03"])
        context.isRun = false
        #expect(codes(Self.code, context, features: features) == [])
        context.attachment = .bios
        #expect(codes(Self.code, context, features: features) == ["FW-E07"])
    }

    @Test(
        arguments: [
            ("pc-i440fx-9.2+pve1", .automatic, true), ("pc", .on, true), ("q35", .off, true),
            ("pc-q35-9.2", .automatic, false), ("q35", .on, false), (nil, .automatic, false),
        ] as [(String?, Context.SystemManagementMode, Bool)]
    )
    func `a build that requires SMM is warned of on machines without it`(
        machineType: String?,
        mode: Context.SystemManagementMode,
        isWarned: Bool,
    ) {
        var context = Self.normal
        context.machineType = machineType
        context.systemManagementMode = mode
        context.store = .init(byteCount: nil)
        let features = BuildFeatures(requiresSystemManagementMode: true)
        #expect(codes(Self.code, context, features: features) == (isWarned ? ["FW-W03"] : []))
        #expect(codes(Self.code, context) == [])
    }

    @Test func `it is warned of without a store to write to as well`() {
        let features = BuildFeatures(requiresSystemManagementMode: true)
        func found(_ image: [UInt8], _ context: Context) -> [String] {
            codes(image, context, features: features).filter { $0 != "FW-W04" }
        }
        #expect(found(Self.code, Self.normal) == ["FW-W03"])
        var stored = Self.normal
        stored.store = .init(byteCount: nil)
        #expect(found(Self.code, stored) == [])
        #expect(found(Self.combined, stored) == ["FW-W01", "FW-W03"])
        #expect(found(Self.combined, Context(guest: .sev, attachment: .bios)) == ["FW-W03"])
    }

    @Test(
        arguments: [
            (.qcow2, "the VM's variable store is a qcow2 image, attached as raw"),
            (
                .erased,
                "the VM's variable store begins with 0xff bytes, like erased flash, and the"
                    + " firmware crashes on it"
            ),
        ] as [(Context.VariableStoreFacts.Defect, String)]
    )
    func `a store that crashes the firmware is refused`(
        defect: Context.VariableStoreFacts.Defect,
        text: String,
    ) {
        var context = Self.normal
        context.store = .init(byteCount: 99, defect: defect)
        let findings = judge(FirmwareImage(Self.code.span), in: context)
        #expect(findings.refusal?.message == "FW-E15: \(text)")
        #expect(findings.refusal?.hint != nil)
        // What uses no store does not mind.
        #expect(codes(Self.combined, context) == ["FW-W01"])
    }

    @Test func `a damaged store is refused where OVMF would use it`() {
        var context = Self.normal
        context.store = .init(byteCount: 99, defect: .damaged(.notFormatted(0)))
        let refusal = judge(FirmwareImage(Self.code.span), in: context).refusal
        #expect(
            refusal?.message == "FW-E15: the VM's variable store is nothing that the firmware can"
                + " use: its store of variables is not formatted (0)"
        )
        #expect(refusal?.hint != nil)
        #expect(codes(Self.combined, context) == ["FW-W01"])
        // Whose form of settings is not known.
        var other = Self.code
        other.write(.noise(16), at: 0x60)
        #expect(!codes(other, context).contains("FW-E15"))
    }

    @Test func `the store inside of a combined image gets the same look`() {
        var image = Self.combined
        image[0x5D] = 0
        let found = judge(FirmwareImage(image.span), in: Self.normal).warnings()
        #expect(found.map(\.code) == [.combinedInFlash, .damagedStore, .unusualLayout])
        #expect(found.contains(.damagedStore(.notHealthy(0))))
    }

    @Test(
        arguments: [
            (true, nil, nil, ["FW-W10"]), (false, nil, nil, []), (nil, nil, nil, []),
            (true, .off, nil, ["FW-W03"]), (true, nil, true, ["FW-W10"]), (true, nil, false, []),
        ] as [(Bool?, Context.SystemManagementMode?, Bool?, [String])]
    )
    func `an old build with SMM and a first phase of 64 bits is warned of where S3 is on`(
        suspends: Bool?,
        mode: Context.SystemManagementMode?,
        isOld: Bool?,
        expected: [String],
    ) {
        var context = Self.normal
        context.hasSuspendToMemory = suspends
        context.systemManagementMode = mode ?? .automatic
        context.machineType = "q35"
        context.store = .init(byteCount: nil)
        var features = BuildFeatures(requiresSystemManagementMode: true)
        features.isFromBeforeSuspendFix = isOld
        let old = SyntheticImage(sevSections: Self.withoutSVSM).build()
        #expect(codes(old, context, features: features) == expected)
        // What has metadata for an SVSM is new enough, and 32 bits never hung.
        let rest = expected.filter { $0 != "FW-W10" }
        #expect(codes(Self.code, context, features: features) == rest)
        let narrow = SyntheticImage(sevSections: Self.withoutSVSM, machine: 0x14C).build()
        #expect(codes(narrow, context, features: features) == rest)
    }

    private static let withoutSVSM = SyntheticImage.sevSections.filter { $0.2 != 4 }

    @Test func `a 32-bit build with SMM is warned of on a processor of 64 bits`() {
        var context = Self.normal
        context.store = .init(byteCount: nil)
        let features = BuildFeatures(requiresSystemManagementMode: true, driverMode: .bits32)
        #expect(codes(Self.code, context, features: features) == ["FW-W12"])
        context.processor = .bits32
        #expect(codes(Self.code, context, features: features) == [])
        context.processor = .bits64
        #expect(codes(Self.code, context, features: .init(driverMode: .bits32)) == [])
    }

    @Test func `what is made for another machine is warned of`() {
        for machine in BuildFeatures.OtherMachine.allCases {
            let found = codes(Self.code, Self.normal, features: .init(otherMachine: machine))
            #expect(found == ["FW-W11"])
        }
        let unknown = SyntheticImage(resetVector: [0x90, 0x91, 0xE9, 0xFB, 0xFE] + filler(11))
        #expect(codes(unknown.build(), Self.normal) == ["FW-W11"])
    }

    @Test func `a combined image in flash is warned of`() {
        #expect(codes(Self.combined, Self.normal) == ["FW-W01"])
    }

    @Test(
        arguments: [
            (SizeClass.fourMiB, 540_672, []), (.fourMiB, 131_072, ["FW-E15"]),
            (.fourMiB, 4 << 20, ["FW-W02"]), (.twoMiB, 131_072, []),
            (.twoMiB, 540_672, ["FW-E15"]), (.oneMiB, 131_072, []),
            (.oneMiB, 540_672, ["FW-E15"]), (.twoMiB, 0, ["FW-W02"]),
        ] as [(SizeClass, Int, [String])]
    )
    func `code and store have to be of one build's sizes`(
        code: SizeClass,
        store: Int,
        expected: [String],
    ) {
        let builder = SyntheticImage(mainByteCount: code.codeByteCount - 0x3000, tdxSections: nil)
        var context = Self.normal
        context.store = .init(byteCount: store)
        #expect(codes(builder.build(), context) == expected)
    }

    @Test func `keys are warned of where the build cannot enforce them`() {
        var context = Self.normal
        context.store = .init(byteCount: nil, enrolledKeys: [.platform, .exchange, .allowed])
        let without = BuildFeatures(supportsSecureBoot: false)
        #expect(codes(Self.code, context, features: without) == ["FW-W06"])
        #expect(codes(Self.code, context, features: .init(supportsSecureBoot: true)) == [])
        #expect(codes(Self.code, context) == [])
    }

    @Test func `a warning is silent where the configuration accepts it`() throws {
        let findings = judge(FirmwareImage(Self.combined.span), in: Self.normal)
        #expect(findings.warnings().map(\.code) == [.combinedInFlash, .unusualLayout])
        let accepted = try #require(ImageWarning.Code(rawValue: "FW-W01"))
        #expect(findings.warnings(accepting: [accepted]).map(\.code) == [.unusualLayout])
    }
}

struct JudgeFormTests {
    private static let code = SyntheticImage().build()

    struct Wrong: Sendable, CustomTestStringConvertible {
        let what: String
        let bytes: [UInt8]
        let message: String
        var testDescription: String { what }
    }

    private static let wrongForms: [Wrong] = [
        Wrong(what: "empty", bytes: [], message: "FW-E01: the file is empty"),
        Wrong(what: "zeros", bytes: filler(4096, of: 0), message: "FW-E01: nothing but zeros"),
        Wrong(
            what: "erased",
            bytes: filler(4096, of: 0xFF),
            message: "FW-E01: nothing but 0xff, as in erased flash",
        ),
        Wrong(
            what: "qcow2",
            bytes: [0x51, 0x46, 0x49, 0xFB] + filler(4096),
            message: "FW-E02: a qcow2 disk image, not a raw firmware image",
        ),
        Wrong(
            what: "gzip",
            bytes: [0x1F, 0x8B, 8] + filler(99),
            message: "FW-E02: gzip compressed, not a raw firmware image",
        ),
        Wrong(
            what: "PC BIOS",
            bytes: filler(0xFFF0) + [0xEA, 0x5B, 0xE0, 0, 0xF0] + filler(11),
            message: "FW-E03: a PC BIOS such as SeaBIOS, not UEFI firmware (no firmware volume)",
        ),
        Wrong(
            what: "noise",
            bytes: filler(8192),
            message: "FW-E03: not UEFI firmware (no firmware volume)",
        ),
        Wrong(
            what: "wrong checksum",
            bytes: spoiled { $0[0x2D] ^= 1 },
            message: "FW-E03: firmware volume at offset 0: damaged, its header is wrong",
        ),
        Wrong(
            what: "a header that ends before its block map",
            bytes: spoiled {
                $0[0x30] = 0x4A
                $0.fixVolumeChecksum()
            },
            message: "FW-E03: firmware volume at offset 0: damaged, its header is wrong",
        ),
        Wrong(
            what: "first volume's header zeroed",
            bytes: spoiled { $0.write(filler(0x48, of: 0), at: 0) },
            message: "FW-E03: the main firmware volume is missing or damaged,"
                + " only the first phase is there",
        ),
        Wrong(
            what: "store",
            bytes: SyntheticImage.store(),
            message: "FW-E04: a variable store where firmware code is expected",
        ),
        Wrong(
            what: "100 bytes short",
            bytes: Array(code.dropLast(100)),
            message: "FW-E05: truncated (expected 45056 bytes, found 44956)",
        ),
        Wrong(
            what: "a page short",
            bytes: Array(code.dropLast(4096)),
            message: "FW-E05: truncated (expected 45056 bytes, found 40960)",
        ),
        Wrong(
            what: "a page too long",
            bytes: code + filler(4096),
            message: "FW-E05: 4096 bytes too many after the last firmware volume,"
                + " where the CPU starts",
        ),
        Wrong(
            what: "odd length",
            bytes: code + [0],
            message: "FW-E05: truncated or padded (expected a multiple of 4096 bytes, found 45057)",
        ),
        Wrong(
            what: "a page before",
            bytes: filler(4096)
                + SyntheticImage(mainByteCount: SizeClass.twoMiB.codeByteCount - 0x3000).build(),
            message: "FW-E05: 4096 bytes too many before the first firmware volume",
        ),
        Wrong(
            what: "erased reset vector",
            bytes: SyntheticImage(resetVector: filler(16, of: 0xFF)).build(),
            message: "FW-E08: no reset vector, so no code where the CPU starts",
        ),
        Wrong(
            what: "no VTF",
            bytes: spoiled { $0[$0.count - 20] = 0 },
            message: "FW-E08: no volume top file (VTF) at the end, so not firmware for QEMU",
        ),
        Wrong(
            what: "AArch64",
            bytes: [0, 4, 0, 0x14] + filler(4092, of: 0) + SyntheticImage().volume(0x8000)
                + filler(0x7000, of: 0),
            message: "FW-E09: firmware for another architecture (expected x86, found AArch64)",
        ),
    ]

    private static func spoiled(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes = code
        change(&bytes)
        return bytes
    }

    @Test(
        arguments: [
            (filler(0, of: 0), filler(4096)), (filler(8192, of: 0xFF), filler(4096, of: 0xFF)),
            ([], filler(1)),
        ] as [([UInt8], [UInt8])]
    )
    func `where something was put around an image, the hint says which part it is`(
        before: [UInt8],
        after: [UInt8],
    ) {
        let file = before + Self.code + after
        let context = JudgementContext(guest: .normal, attachment: .flash)
        let refusal = judge(FirmwareImage(file.span), in: context).refusal
        #expect(refusal?.code == .wrongEnd)
        #expect(
            refusal?.hint == "the image in it is 45056 bytes from offset \(before.count); take that"
                + " part: dd if=FILE of=IMAGE.fd bs=4096 skip=\(before.count / 4096) count=11"
        )
    }

    @Test(arguments: wrongForms)
    func `a wrong form is refused for every guest, and is the one finding`(wrong: Wrong) {
        for guest in GuestKind.allCases {
            for attachment in [JudgementContext.Attachment.flash, .bios] {
                let context = JudgementContext(guest: guest, attachment: attachment)
                let findings = judge(FirmwareImage(wrong.bytes.span), in: context)
                #expect(findings.map(\.message) == [wrong.message])
                #expect(findings.first?.severity == .refuse)
                #expect(findings.refusal?.exitStatus == .imageRefused)
                #expect(findings.first?.hint != nil)
            }
        }
    }
}
