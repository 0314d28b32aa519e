import Foundation
import Planning
import TestSupport
import Testing

/// `launcherctl status` beside real VMs.
@Suite(
    .booting,
    .needsProducts,
    .needsQEMU,
    .needsFirmware,
    .enabled(if: SmallNetwork.missing == nil, "\(SmallNetwork.missing ?? "")"),
    .timeLimit(.minutes(30))
)
struct StatusTests {
    private struct Document: Decodable {
        struct Guest: Decodable {
            let vmid: String?
            let process: Int
            let state: String
            let reason: String?
            let firmware: String?
            let digests: [String]
            let pinnedBy: [String]
            let filter: String
        }

        let guests: [Guest]
    }

    /// Other tests run VMs on this host as well, so only the one of this process counts.
    private func status(of qm: SmallQM) async throws -> Document.Guest {
        let outcome = try await run(call(qm.node, "--json"))
        let document = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
        let process = try #require(try qm.process)
        return try #require(document.guests.first { $0.process == Int(process) })
    }

    private func call(_ node: SmallNode, _ options: ByteString...) -> Child.Request {
        let words: [ByteString] = [
            "launcherctl", "status", "--config", ByteString(node.host.store.configuration),
        ]
        return Child.Request(program: Products.launcherctl, arguments: words + options)
    }

    @Test func `a running VM is held against what a start would use`() async throws {
        let node = try await SmallNode()
        let qm = try LivingKind(.custom, "q35").create(on: node)
        try await qm.start()
        let started = try await status(of: qm)
        #expect(started.state == "current")
        #expect(started.vmid == "100")
        #expect(started.firmware == StagedHost.volume)
        #expect(started.digests == ["sha256:\(try node.host.store.digest())"])
        #expect(started.pinnedBy.count == 1)
        #expect(started.filter == "enforce")

        // A new pin with the old file, and then the new file as well.
        try node.host.store.configure(
            launcher: ["storage-config \(node.host.cluster)/storage.cfg"],
            pins: ["sha256 \(String(repeating: "0", count: 64))"]
        )
        let refused = try await status(of: qm)
        #expect(refused.state == "would-not-start")
        #expect(refused.reason?.contains("checksum differs") == true)
        try overwrite(node.host.store.image, with: read(Machine.codeImage))
        try node.configure()
        let other = try await status(of: qm)
        #expect(other.state == "restart-needed")
        #expect(other.reason?.hasPrefix("the image is another one now (sha256:") == true)

        // The VM that was restarted has it.
        try await qm.stop()
        try await qm.start()
        #expect(try await status(of: qm).state == "current")
        try qm.set("args", nil)
        #expect(try await status(of: qm).reason == "does not ask for firmware any more")
        let table = try await run(call(node))
        #expect(table.end == .status(1) || table.end == .status(3))
        #expect(table.output.hasPrefix("VM"))
        #expect(table.output.contains("restart needed"))
        try await qm.stop()
    }

    @Test func `stock firmware is stock until the VM asks for other`() async throws {
        let node = try await SmallNode()
        let qm = try LivingKind(.stock, "q35").create(on: node)
        try await qm.start()
        #expect(try await status(of: qm).state == "stock")
        try qm.set("args", "-efi-firmware \(StagedHost.volume)")
        let asking = try await status(of: qm)
        #expect(asking.state == "restart-needed")
        #expect(asking.reason == "asks for \(StagedHost.volume) since it was started")
        try await qm.stop()
    }

    @Test
    func `a QEMU without a filter where there should be one was started without the launcher`()
        async throws
    {
        let node = try await SmallNode()
        let qm = try LivingKind(.stock, "q35").create(on: node)
        // What a start without the launcher looks like: nothing of ours is left in the process.
        try node.configure(launcher: ["seccomp off"])
        try await qm.start()
        #expect(try await status(of: qm).state == "stock")
        try node.configure()
        let alone = try await status(of: qm)
        #expect(alone.state == "started-without-the-launcher")
        #expect(alone.filter == "no")
        try await qm.stop()

        // QEMU's own filter is none of the launcher's.
        try node.configure(launcher: ["seccomp off"])
        try qm.set("args", "-sandbox on")
        try await qm.start()
        try node.configure()
        #expect(try await status(of: qm).state == "started-without-the-launcher")
        try await qm.stop()
    }

    @Test func `a filter that only records is told, and where it would refuse now`() async throws {
        let node = try await SmallNode()
        let qm = try LivingKind(.custom, "q35").create(on: node)
        try node.configure(launcher: ["seccomp log"])
        try await qm.start()
        let logging = try await status(of: qm)
        #expect(logging.state == "current")
        #expect(logging.filter == "log")
        try node.configure()
        let enforcing = try await status(of: qm)
        #expect(enforcing.state == "restart-needed")
        #expect(enforcing.reason?.hasPrefix("its filter only records") == true)
        try await qm.stop()
    }
}
