import Foundation
import TestSupport
import Testing

@testable import Planning
@testable import launcherctl

struct InspectReportTests {
    private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden")

    @Test func `a combined image is shown whole`() throws {
        let image = SyntheticImage(
            storeByteCount: 0x2_0000,
            mainByteCount: 0x1_B000,
            securityByteCount: 0x5000,
            contents: try #require(try MadeImage.code.contents()),
        ).build()
        let expected = try String(
            contentsOf: Self.golden.appending(path: "inspect-combined"),
            encoding: .utf8
        )
        let text = InspectReport(image, path: "image.fd").text(width: 80)
        #expect(text + "\n" == expected)
        // But for the checksum, which is one word.
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("checksum") }
        #expect(lines.allSatisfy { $0.count <= 80 })
    }

    @Test func `the keys of the JSON stay`() throws {
        let image = SyntheticImage(storeByteCount: 0x2_0000).build()
        let text = try jsonText(InspectReport(image, path: "image.fd").document)
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        )
        let always: Set<String> = [
            "image", "kind", "architecture", "byteCount", "digest", "volumes", "variableStore",
            "sevResetAddress", "sevMetadata", "tdxMetadata", "guests",
        ]
        #expect(Set(object.keys).subtracting(["build"]) == always)
        let guest = try #require((object["guests"] as? [[String: Any]])?.first)
        #expect(Set(guest.keys) == ["guest", "fits", "attachment", "findings"])
    }

    @Test(
        arguments: [
            ([], "FW-E01"), (Array("QFI\u{0}".utf8), "FW-E03"),
            ([0x51, 0x46, 0x49, 0xFB], "FW-E02"), (filler(4096, of: 0xFF), "FW-E01"),
            (Array(SyntheticImage().build().dropFirst(1)), "FW-E03"),
        ] as [([UInt8], String)]
    )
    func `whatever the file holds, there is a report that says why`(bytes: [UInt8], code: String) {
        let report = InspectReport(bytes, path: "x")
        #expect(report.text().contains(code))
        #expect(report.descriptor(template: nil) == nil)
    }
}
