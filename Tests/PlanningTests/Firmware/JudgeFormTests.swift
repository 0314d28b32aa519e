import Testing

@testable import Planning

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
