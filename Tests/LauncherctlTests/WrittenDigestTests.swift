import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import Planning
@testable import launcherctl

struct WrittenDigestTests {
    private static let bytes = (0..<48).map { UInt8($0 * 5) }
    private static let hex = hexadecimal(bytes)
    private static let base64 = Data(bytes).base64EncodedString()
    private static let short = hexadecimal(bytes.prefix(32))

    private func expect(_ text: String, is bytes: [UInt8] = bytes) throws {
        let written = try WrittenDigest(text, of: "--expect")
        #expect(written.alternatives == [.init(variant: nil, bytes: bytes)])
    }

    /// What we print, sev-snp-measure, snpguest (whose base64 is of the digits), igvmmeasure.
    @Test(arguments: [
        hex, hex.uppercased(), "0x" + hex, "sha384:" + hex, "SHA384:" + hex, base64,
        "sha384:" + base64, Data(hex.utf8).base64EncodedString(), " \(hex)\n",
        String(hex.prefix(32)) + "\n" + hex.dropFirst(32),
    ])
    func `what tools print is understood`(text: String) throws {
        try expect(text)
    }

    @Test func `a record of a launch names variants`() throws {
        let written = try WrittenDigest(
            "legacy:sha256:\(Self.short),init2:sha256:\(Self.short)",
            of: "--expect",
        )
        #expect(written.alternatives.map(\.variant) == [.legacy, .init2])
        let digest = Digest(.sha256, bytes: Array(Self.bytes.prefix(32)))
        #expect(written.matches(ExpectedDigest(variant: .init2, digest: digest)))
        #expect(!written.matches(ExpectedDigest(variant: .singlePass, digest: digest)))
        #expect(written.bytes(for: .sha384).isEmpty)
    }

    @Test(arguments: [
        (String(hex.dropLast()), "expected 64 or 96 hexadecimal digits, found 95"),
        (String(hex.dropLast(2)), "expected 32 or 48 bytes, found 47"),
        (hex + "00", "found 49"), ("sha256:" + hex, "expected 32 bytes, found 48"),
        ("sha512:" + hex, "expected 64 bytes, found 48"), ("", "neither"), ("0x", "neither"),
        (hex + ",", "neither"), ("md5:" + hex, "neither"), ("legacy:", "neither"),
        ("sha384:sha384:" + hex, "neither"), ("-" + hex, "neither"), ("\0", "neither"),
        ("/nowhere/digest", "neither"), ("/", "neither"), ("/dev/null", "neither"),
        (base64 + "A", "neither"), ("0x0x" + hex, "found 75"),
    ])
    func `anything else is refused, with what is wrong`(text: String, part: String) {
        let error = #expect(throws: ValidationError.self) {
            try WrittenDigest(text, of: "--expect")
        }
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }

    @Test(
        arguments: [
            Data(bytes), Data((hex + "\n").utf8), Data("sha384:\(hex)\r\n".utf8),
            Data((base64 + "\n").utf8),
            // A report of 1184 bytes, with the digest in its place.
            Data(count: 0x90) + Data(bytes) + Data(count: 1184 - 0xC0),
        ]
    )
    func `a file holds a text, the digest itself or a report`(content: Data) throws {
        try withFile(content) { try expect($0) }
    }

    @Test(arguments: [
        Data(), Data(count: 47), Data(count: 1183), Data(count: 1 << 17), Data("xyz".utf8),
    ])
    func `another file is refused`(content: Data) throws {
        try withFile(content) { path in
            #expect(throws: ValidationError.self) { try WrittenDigest(path, of: "--expect") }
        }
    }

    private func withFile(_ content: Data, _ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "launcherctl-\(UUID().uuidString)")
        try content.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try body(file.path)
    }
}
