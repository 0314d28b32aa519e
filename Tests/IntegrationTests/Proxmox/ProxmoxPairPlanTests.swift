import Foundation
import Planning
import Testing

/// Proxmox's own pairs of VM configuration and command line (qemu-server's src/test/cfg2cmd)
/// through `launcherctl plan --vmid`: what `qm` prints, and what QEMU would get.
@Suite(
    .launching,
    .needsProducts,
    .needsFirmware,
    .needsMounts,
    .enabled(if: PackageFiles.hasCorpus, "LAUNCHER_CORPUS names no folder")
)
struct ProxmoxPairPlanTests {
    private struct Plan: Decodable {
        let arguments: [String]
    }

    private func plan(_ words: [ByteString], on host: ProxmoxHost) async throws -> Outcome {
        try host.answer(ByteString(PerlShellQuote.quote(words).bytes + [0x0A]))
        return try await run(host.launcherctl("plan", "--json", "--vmid", "8006"))
    }

    private func arguments(_ outcome: Outcome) throws -> [ByteString] {
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        let plan = try JSONDecoder().decode(Plan.self, from: Data(outcome.output.utf8))
        return plan.arguments.map { ByteString($0) }
    }

    @Test(arguments: ProxmoxPair.all)
    func `a VM is planned as Proxmox starts it, and with firmware of its own`(
        pair: ProxmoxPair
    ) async throws {
        // In one file with its variable store, so that it fits -bios too.
        let host = try ProxmoxHost(image: Machine.unifiedImage)
        let words = try pair.command()
        let settings = try pair.configuration()
        let configuration: [ByteString] = [
            "-launcher-config", ByteString(host.store.configuration),
        ]
        let plain = try await plan(words + configuration, on: host)
        #expect(try arguments(plain) == words)

        try host.configure(sections: "vm: 8006\n\tfirmware \(StagedHost.volume)\n")
        let outcome = try await plan(words + configuration, on: host)
        if !settings.isUEFI {
            #expect(outcome.end == .status(64))
            #expect(outcome.complaints.first?.contains("UEFI") == true)
        } else {
            let planned = try arguments(outcome)
            let text = planned.compactMap(\.text).joined(separator: " ")
            let image = try #require(text.firstMatch(of: /\/proc\/self\/fd\/\d+/)?.0)
            let change = try ExpectedFirmwareChange(
                of: words,
                guest: settings.guestKind,
                image: ByteString(image)
            )
            #expect(change.describes(planned, madeOf: words))
        }
    }
}
