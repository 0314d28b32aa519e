import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import Planning
@testable import launcherctl

struct MeasureCommandTests {
    @Test(arguments: [
        [], ["snp", "x"], ["normal", "x"], ["sev-snp"],
        ["sev-snp", "x", "--cpu-sig", "EPYC"], ["sev-snp", "x", "--cpu-sig", "0x1ffffffff"],
        ["sev-snp", "x", "--cpu", "EPYC", "--cpu-sig", "1"],
        ["sev-snp", "x", "--guest-features", "-1"], ["sev", "x", "--append", "quiet"],
        ["tdx", "x", "--hex", "--json"], ["tdx", "x", "--variant", "third"],
        ["tdx", "x", "--expect", "xyz"], ["tdx", "x", "--expect", ""],
        ["sev", "x", "--vcpus", "99999999999999999999"], ["tdx", "x", "--", "-smp", "4"],
        ["sev-snp", "x", "--cpu-family", "25"], ["sev-snp", "x", "--vmm", "xen"],
        ["sev-snp", "x", "--cpu-family", "25", "--cpu-model", "1", "--cpu-stepping", "16"],
        ["sev-snp", "x", "--cpu", "EPYC", "--cpu-stepping", "1"],
        ["sev-snp", "x", "--ovmf-hash", "00"], ["sev-snp", "x", "--hex", "--trace"],
        ["sev-snp", "x", "--properties"], ["sev-snp", "x", "--author-key", "k"],
        ["sev-snp", "x", "--id-key", "k", "--policy", "1"],
        ["sev-snp", "x", "--id-key", "k", "--family-id", "00"],
        ["sev-snp", "x", "--id-key", "k", "--guest-svn", "4294967296"],
        ["--vmid", "99"], ["--vmid", "100", "--", "-m", "1"], ["sev", "--vmid", "100"],
        ["--vmid", "100", "--cpu", "EPYC"],
        ["--vmid", "100", "--id-key", "k", "--policy", "0x30000"],
        ["--list-cpus", "sev", "x"], ["--list-cpus", "--hex"], ["--list-cpus", "--vmid", "100"],
        ["--list-cpus", "--cpu", "EPYC"],
    ])
    func `what makes no sense is refused before anything is read`(words: [String]) {
        #expect(throws: (any Error).self) { try MeasureCommand.parse(words) }
    }

    @Test(
        .enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"),
        arguments: [
            (
                ["--vcpus", "4", "--cpu", "EPYC-Milan"],
                "c995d6122aacbc0434128f0c63783f03b7caec3f8f4292948522a00c0395ff126f1633d8346a20aa"
                    + "85f8dd3bd8739a38"
            )
        ]
    )
    func `options come to the digest of a real image's guest`(
        words: [String],
        hex: String
    ) throws {
        try expect(FirmwareCorpus.image("sid-amdsev.fd"), words, comeTo: hex)
    }

    /// By sev-snp-measure, as Measurement/independent-digests.tsv has it.
    @Test(arguments: [
        (
            ["--vcpus", "4", "--cpu", "EPYC-Milan"],
            "8c00db7c24852852ccb73f33cdf23c16f53dff88a2d6980728d700546c26fe29"
                + "22d035dc2e0af1fa4bb66a9874ecf1a4"
        ),
        (
            ["--vcpus", "64", "--cpu", "EPYC-Genoa"],
            "c0627a4005891b7820c76c87affe191c0043ecc794097c6bbbcf10c9f40a8dd9"
                + "e753178f6b3590ff2dd4ef3b74fd3a42"
        ),
    ])
    func `options come to the digest of the guest`(words: [String], hex: String) throws {
        try expect(SyntheticImage.measuredByOthers, words, comeTo: hex)
    }

    private func expect(_ bytes: [UInt8], _ words: [String], comeTo hex: String) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "launcherctl-\(UUID().uuidString).fd")
        try Data(bytes).write(to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let options = try GuestOptions.parse(words)
        let image = try ImageBytes(folder.path, configuration: nil)
        let guest = try options.description().measured(.sevSNP)
        let digests = try image.digests(of: .sevSNP) { guest }
        #expect(digests.map(\.digest.hex) == [hex])
    }

    private static let given: [[String]] = [
        ["--vcpus", "2"], ["--cpu", "EPYC"], ["--cpu-sig", "1"], ["--guest-features", "1"],
        ["--cpu-family", "25", "--cpu-model", "1", "--cpu-stepping", "1"], ["--kernel", "k"],
        ["--vmm", "gce"], ["--ovmf-hash", String(repeating: "ab", count: 48)],
        ["--dump-vmsa", "d"], ["--variant", "legacy"], ["--variant", "two-pass"],
        ["--id-key", "k"], ["--firmware-only"],
    ]

    /// 'measure tdx --kernel x' printed a digest, as if the kernel were in it.
    @Test(
        arguments: [
            ("sev", ["--kernel"]),
            (
                "sev-es",
                [
                    "--vcpus", "--cpu", "--cpu-sig", "--guest-features", "--cpu-family", "--kernel",
                    "--vmm", "--dump-vmsa", "--variant legacy",
                ]
            ),
            (
                "sev-snp",
                [
                    "--vcpus", "--cpu", "--cpu-sig", "--guest-features", "--cpu-family", "--kernel",
                    "--vmm", "--ovmf-hash", "--dump-vmsa", "--id-key", "--firmware-only",
                ]
            ),
            ("tdx", ["--variant two-pass"]),
        ]
    )
    func `an option counts for its kinds of guest, or is refused`(
        kind: String,
        counting: [String],
    ) {
        for words in Self.given {
            let isTaken = (try? MeasureCommand.parse([kind, "x"] + words)) != nil
            let names = [words[0], words.prefix(2).joined(separator: " ")]
            #expect(isTaken == !counting.filter(names.contains).isEmpty, "\(words)")
        }
    }

    @Test(arguments: [
        ["sev-snp", "x", "--vmm", "ec2", "--cpu", "EPYC"],
        ["sev-es", "x", "--vmm", "gce", "--variant", "legacy"],
        ["sev-snp", "x", "--firmware-only", "--vcpus", "2"],
        ["sev-snp", "x", "--firmware-only", "--trace"],
        ["sev-snp", "x", "--firmware-only", "--id-key", "k"],
    ])
    func `what counts otherwise is refused where it does not`(words: [String]) {
        #expect(throws: (any Error).self) { try MeasureCommand.parse(words) }
    }

    @Test(arguments: [
        (
            ["--cpu-family", "25", "--cpu-model", "1", "--cpu-stepping", "1"],
            ["--cpu", "EPYC-Milan"]
        ),
        (["--cpu-family", "0", "--cpu-model", "0", "--cpu-stepping", "0"], ["--cpu-sig", "0"]),
        (
            ["--cpu-family", "23", "--cpu-model", "49", "--cpu-stepping", "0"],
            ["--cpu", "EPYC-Rome"]
        ),
    ])
    func `a CPU may be given by its numbers`(numbers: [String], same: [String]) throws {
        let guest = { (words: [String]) in
            try GuestOptions.parse(["--vcpus", "2"] + words).description().measured(.sevSNP)
        }
        #expect(try guest(numbers) == guest(same))
    }

    @Test func `the list of CPUs has a row for each, and is as wide as a terminal`() throws {
        let command = try MeasureCommand.parse(["--list-cpus", "--json"])
        #expect(command.listCPUs)
        let models = CPUSignature.models
        let lines = CPUModelList.text(models).split(separator: "\n")
        #expect(lines.count == models.count + 1)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines.contains { $0.hasPrefix("EPYC-Milan ") && $0.contains("0xa00f11") })
    }

    @Test func `the keys of the JSON stay`() throws {
        let digest = ExpectedDigest(variant: .legacy, digest: Digest(.sha256, bytes: filler(32)))
        let text = try jsonText(MeasureDocument([digest], expected: "aa", matches: false))
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        )
        #expect(Set(object.keys) == ["digests", "expected", "matches"])
        let first = try #require((object["digests"] as? [[String: Any]])?.first)
        #expect(Set(first.keys) == ["variant", "condition", "algorithm", "hex", "base64"])
    }

    @Test func `where several digests are possible, all are named that were not expected`() throws {
        let digests = [ExpectedDigest.Variant.legacy, .init2].map {
            ExpectedDigest(variant: $0, digest: Digest(.sha256, bytes: filler(32)))
        }
        let mismatch = DigestMismatch.differs(expected: "00", found: digests.map(\.digest))
        #expect(mismatch.message.split(separator: " or ").count == 2)
        let output = try MeasureOutput.parse(["--variant", "two-pass"]).output()
        #expect(throws: ExitCode(64)) { try output.show(digests) }
        let unknown = DigestMismatch.noVariant("two-pass", known: ["legacy", "init2"])
        #expect(
            unknown.message == "this guest has no variant 'two-pass' (expected legacy or init2)"
        )
    }

    @Test(arguments: [
        ["--vcpus", "2", "--", "-m", "512"],
        ["sev", "image.fd", "--kernel", "k", "--append", "a\u{FFFD}"],
    ])
    func `what would be passed over is refused`(words: [String]) {
        #expect(throws: (any Error).self) { try MeasureCommand.parse(words) }
    }

    @Test func `another digest than the expected one ends with the status of a wrong image`() throws
    {
        let digest = ExpectedDigest(variant: nil, digest: Digest(.sha256, bytes: filler(32)))
        let other = String(repeating: "00", count: 32)
        let output = try MeasureOutput.parse(["--expect", other, "--hex"]).output()
        let code = #expect(throws: ExitCode.self) { try output.show([digest]) }
        #expect(code?.rawValue == 65)
        let same = digest.digest.hex.uppercased()
        try MeasureOutput.parse(["--expect", same, "--hex"]).output().show([digest])
    }

    @Test func `a digest of another length is a mistake, and no wrong image`() throws {
        let digest = ExpectedDigest(variant: nil, digest: Digest(.sha256, bytes: filler(32)))
        let text = String(repeating: "00", count: 48)
        let output = try MeasureOutput.parse(["--expect", text]).output()
        #expect(throws: ExitCode(64)) { try output.show([digest]) }
    }

    /// The usual mistakes: other CPUs, or the firmware's digest for the guest's.
    @Test func `an expected digest that is on the way is named`() {
        let found = [Digest(.sha256, bytes: filler(32))]
        let hint = { DigestMismatch.differs(expected: "00", found: found, step: $0).hint ?? "" }
        #expect(hint("CPU 3").contains("after 'CPU 3'"))
        #expect(hint("firmware").contains("firmware alone"))
        #expect(hint(nil).contains("--trace"))
    }
}
