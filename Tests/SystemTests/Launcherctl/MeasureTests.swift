import Foundation
import Planning
import TestSupport
import Testing

/// `launcherctl measure` as the owner of a confidential guest runs it.
@Suite(.launching, .needsProducts)
struct MeasureTests {
    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "measure-\(UUID().uuidString)")

    private func measure(_ words: [String]) throws -> (Int32, String, String) {
        try Products.run(Products.launcherctl, ["measure"] + words)
    }

    /// What it prints, without the end of the line.
    private func measured(_ words: [String]) throws -> String {
        let (status, output, errors) = try measure(words)
        #expect(status == 0, "\(words): \(errors)")
        return output.trimmingCharacters(in: .newlines)
    }

    private func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: name)
        try Data(bytes).write(to: file)
        return file.path
    }

    private func image() throws -> String { try write(SyntheticImage.measuredByOthers, "image.fd") }

    private func key(_ name: String) throws -> String {
        PackageFiles.root.appending(path: "Tests/LauncherctlTests/Golden/id-block/\(name)").path
    }

    // MARK: - Beside the independent tool

    /// sev-snp-measure of PyPI, where it is installed or where `./Scripts/bench measure` put it.
    private enum Other {
        private static let folders =
            (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(
                String.init
            )
            + [PackageFiles.root.appending(path: ".build/bench-measure/venv/bin").path]
        static let folder = folders.first { folder in
            ["sev-snp-measure", "snp-create-id-block"].allSatisfy {
                FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
            }
        }

        static func run(_ program: String, _ words: [String], in directory: URL) throws -> String {
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(filePath: "\(folder ?? "")/\(program)")
            process.arguments = words
            process.currentDirectoryURL = directory
            process.standardOutput = output
            try process.run()
            let text = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(words)")
            return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .newlines)
        }
    }

    /// A guest that nobody has measured before.
    private struct Guest {
        let cpu =
            ["EPYC-v4", "EPYC-Rome-v3", "EPYC-Milan", "EPYC-Genoa-v1", "EPYC-Turin"]
            .randomElement() ?? ""
        let vmm = ["qemu", "qemu", "ec2", "gce"].randomElement() ?? ""
        let count = Int.random(in: 1...9)
        let features = UInt64.random(in: 0...0xFFFF) | 1
        let append = "root=\(UInt64.random(in: 0 ... .max)) quiet"
        let hasKernel = Bool.random()

        var cpuOptions: [String] { vmm == "qemu" ? ["--cpu", cpu] : [] }
    }

    @Test(
        .enabled(
            if: Other.folder != nil,
            "no sev-snp-measure; './Scripts/bench measure' installs it"
        ),
        arguments: 0..<6
    )
    func `digests and VMSAs of a fresh guest are those of sev-snp-measure`(round: Int) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let guest = Guest()
        var bytes = SyntheticImage.measuredByOthers
        for index in 0..<0x5000 { bytes[index] = .random(in: 0...255) }
        let image = try write(bytes, "image.fd")
        let kernel = try write((0..<4321).map { _ in UInt8.random(in: 0...255) }, "kernel")
        let initrd = try write((0..<1234).map { _ in UInt8.random(in: 0...255) }, "initrd")
        let files = ["--kernel", kernel, "--initrd", initrd, "--append", guest.append]
        let kernelOptions = guest.hasKernel ? files : []
        let name = guest.vmm == "qemu" ? "QEMU" : guest.vmm
        let theirs = {
            try Other.run(
                "sev-snp-measure",
                ["--mode", $0, "--ovmf", image, "--vmm-type", name] + $1 + kernelOptions,
                in: folder,
            )
        }
        let ours = { try measured([$0, image, "--hex"] + $1 + kernelOptions) }
        let count = ["--vcpus", "\(guest.count)"]
        let features = ["--guest-features", "\(guest.features)"]
        let cpu = count + guest.cpuOptions + ["--vmm", guest.vmm]
        let theirCPU = count + ["--vcpu-type", guest.cpu, "--dump-vmsa"]

        #expect(try ours("sev", []) == theirs("sev", []), "\(guest)")

        let snp = try theirs("snp", theirCPU + features)
        #expect(try ours("sev-snp", cpu + features + ["--dump-vmsa", "\(folder.path)/snp"]) == snp)
        try expectSameAreas("snp", guest.count, "\(guest)")
        let hash = try theirs("snp:ovmf-hash", [])
        #expect(try measured(["sev-snp", image, "--firmware-only", "--hex"]) == hash)
        #expect(try ours("sev-snp", cpu + features + ["--ovmf-hash", hash]) == snp, "\(guest)")

        let variant = guest.vmm == "qemu" ? ["--variant", "init2"] : []
        let es = try theirs("seves", theirCPU)
        let words = cpu + variant + ["--dump-vmsa", "\(folder.path)/es"]
        #expect(try ours("sev-es", words) == es, "\(guest)")
        try expectSameAreas("es", guest.count, "\(guest)")
    }

    private func expectSameAreas(_ name: String, _ count: Int, _ comment: String) throws {
        for index in 0..<count {
            let theirs = try Data(contentsOf: folder.appending(path: "vmsa\(index).bin"))
            let ours = try Data(contentsOf: folder.appending(path: "\(name)/vmsa\(index).bin"))
            #expect(ours == theirs, "\(comment)")
            #expect(ours.count == 4096)
        }
    }

    /// Everything but the signatures, each of which is another one in every call.
    @Test(
        .enabled(
            if: Other.folder != nil,
            "no sev-snp-measure; './Scripts/bench measure' installs it"
        )
    )
    func `an ID block with fresh keys is that of snp-create-id-block`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let image = try image()
        var keys: [String] = []
        for name in ["id", "author"] {
            let file = folder.appending(path: name).path
            let words = ["ecparam", "-name", "secp384r1", "-genkey", "-out", file]
            #expect(try Products.run("/usr/bin/openssl", words).status == 0)
            keys.append(file)
        }
        let guest = ["sev-snp", image, "--vcpus", "2", "--cpu", "EPYC-v4"]
        let theirs = try Other.run(
            "snp-create-id-block",
            [
                "--measurement", measured(guest + ["--base64"]), "--idkey", keys[0], "--authorkey",
                keys[1],
            ],
            in: folder,
        )
        let output = try measured(
            guest + ["--id-key", keys[0], "--author-key", keys[1], "--json"]
        )
        let identity = try JSONDecoder().decode(Document.self, from: Data(output.utf8)).identity
        let match = try #require(
            theirs.wholeMatch(
                of: /id-block=(.*),id-auth=(.*)\nid_key_hash: (.*)\nauthor_key: (.*)/
            )
        )
        #expect(identity.idBlock == match.1)
        #expect(try withoutSignatures(identity.idAuth) == withoutSignatures(String(match.2)))
        let digest = { (text: Substring) in
            hexadecimal(try #require(Data(base64Encoded: String(text))))
        }
        #expect(try identity.idKeyDigest == "sha384:" + digest(match.3))
        #expect(try identity.authorKeyDigest == "sha384:" + digest(match.4))
    }

    private struct Document: Decodable {
        struct Identity: Decodable {
            let idBlock: String
            let idAuth: String
            let idKeyDigest: String
            let authorKeyDigest: String
        }

        let identity: Identity
    }

    private func withoutSignatures(_ base64: String) throws -> Data {
        var bytes = try #require(Data(base64Encoded: base64))
        for start in [64, 1664] {
            bytes.replaceSubrange(start..<start + 144, with: Data(count: 144))
        }
        return bytes
    }

    // MARK: - QEMU

    private static let knowsSNP =
        Machine.hasQEMU
        && (try? Products.run(
            Machine.qemu,
            Machine.qemuOptions.map(\.description) + ["-object", "sev-snp-guest,help"]
        ))?.status == 0

    /// It checks their lengths. What the platform says of them is for those who have one.
    @Test(.enabled(if: knowsSNP, "\(Machine.qemu) has no sev-snp-guest; QEMU 9.1 and newer do"))
    func `QEMU takes the properties as they are printed`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let properties = try measured([
            "sev-snp", image(), "--vcpus", "2", "--cpu", "EPYC-v4", "--id-key", key("id-key.pem"),
            "--author-key", key("author-key.pem"), "--policy", "0xb0000", "--properties",
        ])
        let ask = { (name: String) in
            #"{"execute":"qom-get","arguments":{"path":"/objects/s","property":"\#(name)"}}"#
        }
        let commands = [
            #"{"execute":"qmp_capabilities"}"#, ask("id-block"), ask("author-key-enabled"),
            ask("policy"), #"{"execute":"quit"}"#,
        ]
        let (status, output, errors) = try Products.run(
            Machine.qemu,
            Machine.qemuOptions.map(\.description) + [
                "-machine", "none", "-nodefaults", "-display", "none", "-qmp", "stdio", "-object",
                "sev-snp-guest,id=s,cbitpos=51,reduced-phys-bits=1," + properties,
            ],
            input: commands.joined(separator: "\n") + "\n",
        )
        #expect(status == 0, "\(errors)")
        let block = try #require(properties.firstMatch(of: /id-block=([^,]+),/)?.1)
        #expect(output.contains(#"{"return": "\#(block)"}"#))
        #expect(output.contains(#"{"return": true}"#))
        #expect(output.contains(#"{"return": \#(0xB0000)}"#))
    }

    // MARK: - A VM of Proxmox

    private static let command: [ByteString] = [
        "/usr/bin/kvm", "-id", "100", "-name", "web", "-object",
        "sev-snp-guest,id=sev0,cbitpos=51,reduced-phys-bits=1,policy=0xb0000", "-machine",
        "type=q35,confidential-guest-support=sev0", "-cpu", "EPYC-Milan", "-smp", "2",
    ]

    @Test(.needsFirmware, .needsMounts)
    func `the digest of a VM needs no shell, and its ID block has its policy`() async throws {
        let host = try StagedProxmoxHost(image: Machine.unifiedImage)
        try host.answer(PerlShellQuote.quote(Self.command + host.firmware))
        let outcome = try await run(
            host.launcherctl(
                "measure",
                "--vmid",
                "100",
                "--json",
                "--id-key",
                ByteString(try key("id-key.pem"))
            )
        )
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        let hex = try measured([
            "sev-snp", Machine.unifiedImage, "--vcpus", "2", "--cpu", "EPYC-Milan", "--hex",
        ])
        #expect(outcome.output.contains(#""hex" : "\#(hex)""#))
        #expect(outcome.output.contains(#""policy" : "0xb0000""#))
        #expect(try host.callsOfQm() == ["showcmd 100"])
    }

    @Test(.needsFirmware, .needsMounts)
    func `what Proxmox refuses has no digest`() async throws {
        let host = try StagedProxmoxHost(image: Machine.unifiedImage)
        try host.answer("", status: 2)
        let outcome = try await run(host.launcherctl("measure", "--vmid", "100"))
        #expect(outcome.end == .status(66))
        #expect(outcome.errors.contains("qm showcmd 100: exit status 2"))
        #expect(outcome.output.isEmpty)
    }

    // MARK: - Files

    @Test func `VMSAs of variants that differ are asked for by the variant's name`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let areas = folder.appending(path: "areas").path
        let words = [
            "sev-es", try image(), "--vcpus", "2", "--cpu", "EPYC", "--hex", "--dump-vmsa", areas,
        ]
        let (status, output, errors) = try measure(words)
        #expect(status == 64)
        #expect(output.isEmpty)
        #expect(errors.contains("add --variant legacy or init2"))
        _ = try measured(words + ["--variant", "legacy"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: areas).count == 2)
        // Nothing of anybody's is written over.
        let (again, _, complaint) = try measure(words + ["--variant", "init2"])
        #expect(again == 71)
        #expect(complaint.contains("vmsa0.bin': cannot be written"))
    }

    @Test func `a digest in a file is compared, and where it was on the way is said`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let image = try image()
        let guest = ["sev-snp", image, "--vcpus", "4", "--cpu", "EPYC-Milan"]
        let digest = try write(measured(guest + ["--base64"]).utf8, "digest")
        _ = try measured(guest + ["--expect", digest])
        let fewer = try measured(["sev-snp", image, "--vcpus", "2", "--cpu", "EPYC-Milan", "--hex"])
        let (status, _, errors) = try measure(guest + ["--expect", "0x" + fewer])
        #expect(status == 65)
        #expect(errors.contains("hint: the expected one is that after 'CPU 1'"))
        let (usage, _, complaint) = try measure(guest + ["--expect", String(fewer.dropLast())])
        #expect(usage == 64)
        #expect(complaint.contains("wrong length"))
    }
}
