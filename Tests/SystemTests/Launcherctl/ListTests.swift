import Foundation
import Planning
import TestSupport
import Testing

/// `launcherctl firmware list` and `remove`: what is there, and who needs it.
@Suite(.launching, .needsProducts, .needsFirmware)
struct ListTests {
    private struct Entry: Decodable {
        let volume: String
        let state: String
        let reason: String?
        let byteCount: Int?
        let kind: String?
        let digests: [String]
        let usedBy: [String]
        let tag: String?
    }

    private func call(_ host: StagedProxmoxHost, _ words: ByteString...) -> Child.Request {
        let command = ["launcherctl", "firmware"] + words
        return Child.Request(
            program: Products.launcherctl,
            arguments: command + ["--config", ByteString(host.store.configuration)],
        )
    }

    private func list(_ host: StagedProxmoxHost) async throws -> [Entry] {
        let outcome = try await run(call(host, "list", "--json"))
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        return try JSONDecoder().decode([Entry].self, from: Data(outcome.output.utf8))
    }

    /// A storage with an image of every kind.
    private func everyKind() throws -> StagedProxmoxHost {
        let host = try StagedProxmoxHost()
        let contents: [(String, Data)] = [
            ("combined.fd", try read(Machine.unifiedImage)),
            ("store.fd", try read(Machine.variableStore)),
            ("disk.fd", Data("QFI\u{FB}".unicodeScalars.map { UInt8($0.value) })),
            ("empty.fd", Data()), ("bios.fd", Data(repeating: 0xF4, count: 4096) + [0]),
        ]
        for (name, content) in contents {
            try write(content, to: "\(host.store.images)/\(name)")
        }
        return host
    }

    @Test(arguments: ["firmware verify", "firmware pin", "inspect"])
    func `an image that there is not leads to the one that was meant`(command: String) async throws
    {
        let host = try StagedProxmoxHost()
        var request = call(host)
        let words = command.split(separator: " ").map { ByteString(String($0)) }
        request.arguments =
            ["launcherctl"] + words + ["test:efi-firmware/aa.fd"] + request.arguments.suffix(2)
        let outcome = try await run(request)
        #expect(outcome.end == .status(66))
        #expect(
            outcome.complaints.last == "launcherctl: hint: did you mean 'test:efi-firmware/a.fd'?",
            "\(outcome.errors)"
        )
    }

    @Test func `a storage that is not there is told, and not taken for an empty one`() async throws
    {
        let host = try StagedProxmoxHost()
        try host.store.configure(
            pins: [],
            sections: "dir: gone\n\tpath \(host.store.path)/gone\n"
        )
        let named = try await run(call(host, "list", "gone"))
        #expect(named.end == .status(66))
        #expect(named.output.isEmpty)
        #expect(named.errors.contains("storage 'gone': there is no \(host.store.path)/gone"))
        #expect(try await run(call(host, "list")).end == .status(66))
        #expect(try await run(call(host, "list", "test")).end == .status(0))
    }

    @Test func `the kind is told of every image, pinned or not, as inspect tells it`() async throws
    {
        let host = try everyKind()
        let entries = try await list(host)
        #expect(
            entries.map { "\($0.volume.split(separator: "/")[1]) \($0.kind ?? "")" } == [
                "a.fd code", "bios.fd not-uefi", "combined.fd combined", "disk.fd foreign",
                "empty.fd blank", "store.fd variable-store",
            ]
        )
        for entry in entries {
            let path = "\(host.store.images)/\(entry.volume.split(separator: "/")[1])"
            #expect(try entry.byteCount == read(path).count)
            let inspected = try await run(
                Child.Request(
                    program: Products.launcherctl,
                    arguments: ["launcherctl", "inspect", "--json", ByteString(path)],
                )
            )
            #expect(inspected.output.contains(#""kind" : "\#(entry.kind ?? "")""#))
        }
        #expect(entries.first?.state == "verified")
        #expect(entries.dropFirst().map(\.state).filter { $0 == "not-pinned" }.count == 4)
    }

    @Test func `both directories for firmware are listed`() async throws {
        let host = try StagedProxmoxHost()
        let folder = "\(host.store.root)/template/firmware"
        try makeDirectory(folder)
        try write(read(host.store.image), to: "\(folder)/b.fd")
        #expect(
            try await list(host).map { "\($0.volume) \($0.state)" } == [
                "test:efi-firmware/a.fd verified", "test:firmware/b.fd not-pinned",
            ]
        )
    }

    @Test func `the table has 80 columns, and says below it why images are refused`()
        async throws
    {
        let host = try everyKind()
        try host.addVirtualMachine(100, "bios: ovmf\nargs: -efi-firmware \(StagedHost.volume)\n")
        let outcome = try await run(call(host, "list"))
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
        let table = lines.prefix { !$0.isEmpty }
        #expect(
            lines.first?.split(separator: " ") == ["VOLUME", "SIZE", "KIND", "STATE", "USED", "BY"]
        )
        #expect(lines.contains { $0.contains("  code ") && $0.hasSuffix("vm 100") })
        #expect(lines.contains { $0.contains("  variable store  not pinned") })
        #expect(lines.contains { $0.contains("  qcow2 ") })
        #expect(table.allSatisfy { $0.count <= 80 })
        let reasons = lines.dropFirst(table.count + 1)
        #expect(reasons.first?.hasPrefix("test:efi-firmware/empty.fd:") == true)
    }

    @Test func `what a VM needs is not removed, on whatever node and at whatever time`()
        async throws
    {
        let host = try StagedProxmoxHost()
        let asking = "args: -efi-firmware \(StagedHost.volume)\n"
        try host.addVirtualMachine(100, "bios: ovmf\n\n[before]\n\(asking)")
        try host.addVirtualMachine(101, "bios: ovmf\n\n[PENDING]\n\(asking)", node: "zz")
        #expect(
            try await list(host).first?.usedBy == [
                "vm 100 (snapshot before)", "vm 101 on zz (pending)",
            ]
        )
        let volume = ByteString(StagedHost.volume)
        let refused = try await run(call(host, "remove", volume))
        #expect(refused.end == .status(77))
        #expect(
            refused.complaints.first
                == "launcherctl: error: firmware image '\(StagedHost.volume)': needed by"
                + " vm 100 (snapshot before), vm 101 on zz (pending)"
        )
        #expect(FileManager.default.fileExists(atPath: host.store.image))
        let forced = try await run(call(host, "remove", "--force", volume))
        #expect(forced.end == .status(0))
        #expect(!FileManager.default.fileExists(atPath: host.store.image))
    }

    @Test func `what a VM chose by a tag is not removed, and the list says who chose how`()
        async throws
    {
        let host = try StagedProxmoxHost()
        try host.configure(pins: ["sha256 \(host.store.digest())", "tag nsv"])
        let unused = try await run(call(host, "list"))
        #expect(unused.output.contains("- (offered by tag nsv)"))
        try host.addVirtualMachine(100, "bios: ovmf\ntags: NSV\n")
        try host.addVirtualMachine(101, "bios: ovmf\n\n[before]\ntags: a,nsv\n", node: "zz")
        let entry = try #require(try await list(host).first)
        #expect(entry.tag == "nsv")
        #expect(
            entry.usedBy == ["vm 100 by tag 'nsv'", "vm 101 on zz (snapshot before) by tag 'nsv'"]
        )
        let refused = try await run(call(host, "remove", ByteString(StagedHost.volume)))
        #expect(refused.end == .status(77))
        try host.addVirtualMachine(101, "bios: ovmf\n", node: "zz")
        try host.addVirtualMachine(100, "bios: ovmf\ntags: a;!\n")
        let unknown = try await run(call(host, "remove", ByteString(StagedHost.volume)))
        #expect(unknown.end == .status(78))
        #expect(FileManager.default.fileExists(atPath: host.store.image))
    }

    @Test func `where it is not known who needs an image, it stays`() async throws {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(100, "bios: ovmf\nargs: -efi-firmware 'x\n")
        let refused = try await run(call(host, "remove", ByteString(StagedHost.volume)))
        #expect(refused.end == .status(78))
        #expect(FileManager.default.fileExists(atPath: host.store.image))
    }
}
