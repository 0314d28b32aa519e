import Foundation
import TestSupport
import Testing

@testable import Planning

/// What a build has and lacks, held against every kind of guest.
struct JudgeGuestTests {
    private func codes(_ bytes: [UInt8], _ context: JudgementContext) -> [String] {
        judge(FirmwareImage(bytes.span), in: context).map(\.code).filter { $0 != "FW-W07" }
    }

    struct Built: Sendable, CustomTestStringConvertible {
        let what: String
        let image: SyntheticImage
        let guests: [GuestKind: [String]]
        var testDescription: String { what }
    }

    /// What a build lacks, and the guests that cannot start without it.
    private static let builds: [Built] = [
        Built(
            what: "no reset block",
            image: combined { $0.resetAddress = nil },
            guests: [.sevES: ["FW-E10"], .sevSNP: ["FW-E10"]],
        ),
        Built(
            what: "reset address zero",
            image: combined { $0.resetAddress = 0 },
            guests: [.sevES: ["FW-E10"], .sevSNP: ["FW-E10"]],
        ),
        Built(
            what: "no SEV metadata",
            image: combined { $0.sevSections = nil },
            guests: [.sevSNP: ["FW-E11"], .tdx: ["FW-W04"]],
        ),
        Built(
            what: "IntelTdx build",
            image: combined { $0.sevSections = SyntheticImage.sevSections + [(0, 0, 4)] },
            guests: [
                .sev: ["FW-W05"], .sevES: ["FW-W05"], .sevSNP: ["FW-E11", "FW-W05"], .tdx: [],
            ],
        ),
        Built(
            what: "no TDX metadata",
            image: combined { $0.tdxSections = nil },
            guests: [.tdx: ["FW-E12", "FW-W04"]],
        ),
        Built(
            what: "TDX metadata without hand-off list",
            image: combined { $0.tdxSections?.removeLast() },
            guests: [.tdx: ["FW-E12", "FW-W04"]],
        ),
        Built(
            what: "generic build",
            image: combined { $0.secretArea = (0, 0) },
            guests: [.sev: ["FW-W04"], .sevES: ["FW-W04"], .sevSNP: ["FW-W04"]],
        ),
        Built(
            what: "32-bit build",
            image: combined {
                $0.sevSections = nil
                $0.tdxSections = nil
                $0.resetVector = [0x90, 0x90, 0xE9] + filler(13)
            },
            guests: [.sevES: ["FW-W08"], .sevSNP: ["FW-E11"], .tdx: ["FW-E12", "FW-W04"]],
        ),
    ]

    private static func combined(_ change: (inout SyntheticImage) -> Void) -> SyntheticImage {
        var image = SyntheticImage(storeByteCount: 0x5000)
        change(&image)
        return image
    }

    @Test(arguments: builds)
    func `a build is refused for the guests that it was not built for`(build: Built) {
        let bytes = build.image.build()
        for guest in GuestKind.allCases {
            let found = codes(bytes, JudgementContext(guest: guest, attachment: .bios))
            let expected = build.guests[guest] ?? (guest == .tdx ? ["FW-W04"] : [])
            #expect(found == expected, "\(guest)")
        }
    }

    struct Hashes: Sendable, CustomTestStringConvertible {
        let what: String
        var image = SyntheticImage(storeByteCount: 0x5000)
        var hasKernel = true
        let guests: [GuestKind: [String]]
        var testDescription: String { what }
    }

    private static let hashes: [Hashes] = [
        Hashes(what: "all there", guests: [:]),
        Hashes(
            what: "no entry",
            image: combined { $0.hashArea = nil },
            guests: [.sev: ["FW-E14"], .sevES: ["FW-E14"], .sevSNP: ["FW-E14"]],
        ),
        Hashes(
            what: "not supported",
            image: combined { $0.hashArea = (0, 0) },
            guests: [.sev: ["FW-E14"], .sevES: ["FW-E14"], .sevSNP: ["FW-E14"]],
        ),
        Hashes(
            what: "too small",
            image: combined { $0.hashArea = (0x81_0C00, 175) },
            guests: [.sev: ["FW-E14"], .sevES: ["FW-E14"], .sevSNP: ["FW-E14"]],
        ),
        Hashes(
            what: "area outside of the section",
            image: combined { $0.hashArea = (0x82_0C00, 0x400) },
            guests: [.sevSNP: ["FW-E14"]],
        ),
        Hashes(
            what: "table over the page's end",
            image: combined { $0.hashArea = (0x81_0F60, 0x400) },
            guests: [.sevSNP: ["FW-E14"]],
        ),
        Hashes(
            what: "no kernel",
            hasKernel: false,
            guests: [.sev: ["FW-W09"], .sevES: ["FW-W09"], .sevSNP: ["FW-E14"]],
        ),
    ]

    @Test(arguments: hashes)
    func `kernel hashes need a place and a kernel`(row: Hashes) {
        for guest in [GuestKind.sev, .sevES, .sevSNP] {
            let context = JudgementContext(
                guest: guest,
                attachment: .bios,
                hasKernelHashes: true,
                hasKernel: row.hasKernel,
            )
            #expect(codes(row.image.build(), context) == row.guests[guest, default: []])
        }
    }
}

/// The tables of docs/image-codes.md are what an administrator searches.
struct CodeTableTests {
    @Test func `the document on image codes explains every code and no other`() throws {
        let text = try String(
            contentsOf: PackageFiles.root.appendingPathComponent("docs/image-codes.md"),
            encoding: .utf8
        )
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| FW-") }
        let found = rows.map { String($0.dropFirst(2).prefix(6)) }
        let known =
            ImageRefusal.Code.allCases.map(\.rawValue) + ImageWarning.Code.allCases.map(\.rawValue)
        #expect(found == known)
    }
}
