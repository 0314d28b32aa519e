import Foundation
import Glibc
import Planning
import Testing

/// Networks of VMs that pass through: what runs a script may run it, and what may not says so.
@Suite(.launching, .needsProducts, .needsQEMU, .needsRoot, .needsTunnels)
struct HotplugAttackTests {
    /// A script that notes its interface, as qemu-server's pve-bridge is given it.
    private static let script = "#!/bin/sh\necho \"$1\" >$store/up.log\n"

    private func prepared() throws -> (store: StagedHost, interface: String) {
        let store = try StagedHost(image: "")
        let interface = "qla\(UInt32.random(in: 0...99_999_999))"
        let conf = """
            [netdev "n"]
              type = "tap"
              ifname = "\(interface)"
              script = "$store/up"
              downscript = "no"

            """
        try AttackFiles.write(["up": Self.script, "conf": conf], in: store)
        try change("\(store.path)/up", mode: 0o755)
        return (store, interface)
    }

    @Test func `a script that a configuration file names is run`() async throws {
        let (store, interface) = try prepared()
        try store.configure(qemu: Machine.qemu)
        let request = store.launcher(
            FlashLook.options(store) + ["-readconfig", ByteString("\(store.path)/conf")],
            calledAs: Machine.qemuName
        )
        let look = try await FlashLook(request, store, byteCount: 65_536)
        guard case .started = look else {
            Issue.record("\(look)")
            return
        }
        #expect(try read("\(store.path)/up.log") == Data("\(interface)\n".utf8))
    }

    /// As Proxmox plugs a network into a VM that started without one: the launcher could not see it
    /// coming. Whether the script runs or is refused, the VM must go on.
    @Test func `a network that is plugged in later does not hang the VM`() async throws {
        let (store, interface) = try prepared()
        try store.configure(qemu: try ProxmoxQEMU.install(in: store))
        let request = store.launcher(
            ["-id", "100"] + FlashLook.options(store) + ["-daemonize", "-machine", "pc"]
                + Machine.qemuOptions,
            calledAs: Machine.qemuName
        )
        let outcome = try await run(request)
        #expect(outcome.end == .status(0), "\(outcome)")
        let monitor = try await Monitor("\(store.path)/qmp")
        do {
            try await monitor.execute(
                "netdev_add",
                """
                {"type":"tap","id":"net0","ifname":"\(interface)","script":"\(store.path)/up",\
                "downscript":"no"}
                """
            )
        } catch let refused as Monitor.Refused {
            // In words, and not by silence.
            #expect(refused.answer != nil, "no answer to netdev_add")
        }
        struct Status: Decodable { let status: String }
        let status = try await monitor.ask("query-status", for: Status.self)
        #expect(status.status == "prelaunch")
    }
}

extension Trait where Self == ConditionTrait {
    static var needsTunnels: Self {
        .enabled(
            if: unsafe access("/dev/net/tun", R_OK | W_OK) == 0,
            "no /dev/net/tun, so no taps",
        )
    }
}
