import Foundation
import Planning
import TestSupport
import Testing

/// Folders of `Golden`, one for each shape in which Proxmox starts a VM: a command line in `argv`,
/// an option a line; `sections` for launcher.conf; `pin` for further lines of the image's section;
/// `guest` for the configuration of VM 100; `image` where it is a combined one. `text` and
/// `json` are what `launcherctl plan` prints for it (without what the filter's groups are for, which
/// the policy's own tests hold); `refusal` is what it says instead, and its exit status.
///
/// `LAUNCHER_RECORD_GOLDEN=1` writes what came out; the diff shows what changed.
@Suite(.launching, .needsProducts)
struct GoldenPlanTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let folder: URL
        var testDescription: String { folder.lastPathComponent }

        func content(_ name: String) -> String? {
            try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
        }
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden")
    private static let isRecording =
        ProcessInfo.processInfo.environment["LAUNCHER_RECORD_GOLDEN"] == "1"

    private static let cases: [Case] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.sorted().map { Case(folder: root.appending(path: $0)) }
    }()

    @Test func `there are cases`() {
        #expect(Self.cases.count >= 16)
    }

    @Test(arguments: cases)
    func `the plan is what is expected`(golden: Case) async throws {
        let store = try StagedHost(image: "")
        try configure(store, golden)
        let words = try #require(golden.content("argv")).split(separator: "\n").flatMap { line in
            line.split(separator: " ", maxSplits: 1).map { ByteString($0) }
        }
        for json in [false, true] {
            var request = store.plan(Array(words.dropFirst()), calledAs: words[0], json: json)
            request.environment += ["HOME=/", "COLUMNS=80"]
            let outcome = try await run(request)
            let text = readable(outcome.output, store)
            if outcome.end == .status(0) {
                #expect(outcome.errors.isEmpty)
                try hold(json ? withoutPurposes(text) : text, golden, json ? "json" : "text")
                #expect(golden.content("refusal") == nil)
            } else {
                #expect(text.isEmpty)
                let refusal = "\(readable(outcome.errors, store))\(outcome.end)\n"
                try hold(refusal, golden, "refusal")
                #expect(golden.content("text") == nil && golden.content("json") == nil)
            }
        }
    }

    /// What the plan says of the programs is what holds on any host: none is configured.
    private func configure(_ store: StagedHost, _ golden: Case) throws {
        let image =
            golden.content("image") == "combined\n"
            ? SyntheticImage(
                storeByteCount: 0x2_0000,
                mainByteCount: 0x1_B000,
                securityByteCount: 0x5000
            ) : SyntheticImage()
        try remove(store.image)
        try write(Data(image.build()), to: store.image)
        var launcher = "\tlog none\n"
        if let guest = golden.content("guest") {
            let folder = "\(store.path)/pve/nodes/\(Machine.nodeName)/qemu-server"
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            try write(Data(), to: "\(store.path)/pve/storage.cfg", mode: 0o640)
            try write(Data(guest.utf8), to: "\(folder)/100.conf", mode: 0o640)
            launcher += "\tstorage-config \(store.path)/pve/storage.cfg\n"
        }
        let text = """
            launcher: defaults
            \(launcher)
            dir: test
            \tpath \(store.root)

            firmware: \(StagedHost.volume)
            \tsha256 \(try store.digest())
            \(golden.content("pin") ?? "")
            \(golden.content("sections") ?? "")
            """
        try store.writeConfiguration(Data(text.utf8))
    }

    /// Without what differs from run to run, a row a line, and without the purposes of groups.
    private func readable(_ text: String, _ store: StagedHost) -> String {
        text.replacing(store.path, with: "STORE")
            .replacing("nodes/\(Machine.nodeName)/", with: "nodes/NODE/")
            .replacing(/\/proc\/self\/fd\/\d+/, with: "/proc/self/fd/N")
            .replacing("\n            ", with: " ")
            .replacing(/(?m)^(group +\S+ \(.*\)): .*$/, with: { $0.1 })
    }

    private func withoutPurposes(_ text: String) throws -> String {
        var plan = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        )
        let groups = try #require(plan["groups"] as? [[String: Any]])
        #expect(groups.allSatisfy { ($0["rules"] as? [Any])?.isEmpty == false })
        plan["groups"] = groups.map { $0.filter { !["purpose", "rules"].contains($0.key) } }
        let data = try JSONSerialization.data(
            withJSONObject: plan,
            options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        )
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    private func hold(_ text: String, _ golden: Case, _ name: String) throws {
        let file = golden.folder.appending(path: name)
        if Self.isRecording { try text.write(to: file, atomically: true, encoding: .utf8) }
        #expect(golden.content(name) == text)
    }
}
