import Foundation
import Planning
import TestSupport
import Testing

/// Starts of VMs whose Proxmox configuration may choose their firmware by a tag.
@Suite(.launching, .needsProducts, .needsFirmware)
struct ChosenByTagTests {
    private static let words: [ByteString] = [
        "-id", "100", "-drive", "if=pflash,unit=0,file=/nowhere/CODE.fd", "-m", "1",
    ]
    private static let tagged = "bios: ovmf\ntags: web;nsv\n"

    /// - Parameter tag: of the image; `nil` for none.
    private func host(tag: String? = "nsv") throws -> StagedProxmoxHost {
        let host = try StagedProxmoxHost()
        try host.configure(
            pins: ["sha256 \(host.store.digest())"] + (tag.map { ["tag \($0)"] } ?? [])
        )
        return host
    }

    private func start(_ host: StagedProxmoxHost) async throws -> Outcome {
        try await run(host.store.launcher(Self.words))
    }

    private func path(_ host: StagedProxmoxHost, node: String = "\(Machine.nodeName)") -> String {
        "\(host.cluster)/nodes/\(node)/qemu-server/100.conf"
    }

    @Test(arguments: ["\(Machine.nodeName)", "other"])
    func `a VM with the tag starts with the image, also while it migrates here`(
        node: String
    ) async throws {
        let host = try host()
        try host.addVirtualMachine(100, Self.tagged, node: node)
        let report = try await host.store.launch(host.store.launcher(Self.words))
        _ = try host.store.imageNumber(in: report)
        #expect(try host.store.imageOfReport() == read(host.store.image))
    }

    @Test(arguments: ["bios: ovmf\n", "tags: web\n", "[before]\ntags: nsv\n"])
    func `a VM without the tag starts as its command line says`(text: String) async throws {
        let host = try host()
        try host.addVirtualMachine(100, text)
        let report = try await host.store.launch(host.store.launcher(Self.words))
        #expect(report.arguments.dropFirst() == Self.words[...])
    }

    @Test func `while no image has a tag, nobody looks at the VM`() async throws {
        let host = try host(tag: nil)
        try host.addVirtualMachine(100, Self.tagged)
        try change(path(host), mode: 0o666)
        let report = try await host.store.launch(host.store.launcher(Self.words))
        #expect(report.arguments.dropFirst() == Self.words[...])
    }

    /// What was done to a VM's configuration, and what a start says.
    struct Spoiled: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let status: Int32
        let part: String
        let spoil: @Sendable (_ path: String, _ host: StagedProxmoxHost) throws -> Void

        init(
            _ description: String,
            status: Int32,
            _ part: String,
            _ spoil: @escaping @Sendable (String, StagedProxmoxHost) throws -> Void
        ) {
            testDescription = description
            self.status = status
            self.part = part
            self.spoil = spoil
        }
    }

    private static let spoiled = [
        Spoiled("missing", status: 78, "no node has a configuration of this VM") { path, _ in
            try remove(path)
        },
        Spoiled("writable for others", status: 77, "writable by group or others") { path, _ in
            try change(path, mode: 0o666)
        },
        Spoiled("in a directory of others", status: 77, "others may put another file") { path, _ in
            let folder = URL(filePath: path).deletingLastPathComponent().path
            try change(folder, mode: 0o777)
        },
        Spoiled("a broken link", status: 78, "the symbolic link is broken") { path, _ in
            try remove(path)
            try link(path, to: "/nowhere")
        },
        Spoiled("empty", status: 78, "empty, so it tells nothing of the VM") { path, _ in
            try write(Data(), to: path, mode: 0o640)
        },
        Spoiled("a directory", status: 78, "not a regular file") { path, _ in
            try remove(path)
            try makeDirectory(path)
        },
        Spoiled("of two other nodes", status: 78, "several configurations of this VM") {
            path,
            host in
            try remove(path)
            for node in ["a", "b"] { try host.addVirtualMachine(100, tagged, node: node) }
        },
        Spoiled("with a tag that is none", status: 78, "line 1: tags: not a tag") { path, _ in
            try write(Data("tags: nsv;\u{202E}\n".utf8), to: path, mode: 0o640)
        },
        Spoiled("not to be read", status: 77, "cannot be read") { path, _ in
            try change(path, mode: 0)
        },
    ]

    @Test(arguments: spoiled)
    func `a VM whose configuration cannot be trusted does not start`(spoiled: Spoiled) async throws
    {
        // Root may read everything.
        if Machine.isRoot, spoiled.part == "cannot be read" { return }
        let host = try host()
        try host.addVirtualMachine(100, Self.tagged)
        try spoiled.spoil(path(host), host)
        let outcome = try await start(host)
        #expect(outcome.end == .status(spoiled.status), "\(outcome.errors)")
        #expect(outcome.errors.contains(spoiled.part), "\(outcome.errors)")
        #expect(!outcome.errors.unicodeScalars.contains("\u{202E}"))
        #expect(try host.store.report() == nil)
    }

    @Test func `a tag whose image is missing starts nothing`() async throws {
        let host = try host()
        try host.addVirtualMachine(100, Self.tagged)
        try remove(host.store.image)
        let outcome = try await start(host)
        #expect(outcome.end == .status(66))
        #expect(try host.store.report() == nil)
    }

    @Test func `a VM that Proxmox did not start has no tags`() async throws {
        let host = try host()
        let words = Array(Self.words.dropFirst(2))
        let report = try await host.store.launch(host.store.launcher(words))
        #expect(report.arguments.dropFirst() == words[...])
    }
}
