import Foundation
import Glibc
import Planning
import TestSupport
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
        let monitor = try await QMPClient("\(store.path)/qmp")
        do {
            try await monitor.execute(
                "netdev_add",
                """
                {"type":"tap","id":"net0","ifname":"\(interface)","script":"\(store.path)/up",\
                "downscript":"no"}
                """
            )
        } catch let refused as QMPClient.Refused {
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

/// Real questions to QEMU: each ends it before there is a machine.
@Suite(.launching, .needsProducts, .needsQEMU)
struct QuestionTests {
    private static let questions: [[ByteString]] = [
        ["-version"], ["--version"], ["-help"], ["-h"], ["-cpu", "help"], ["-cpu", "?"],
        ["-machine", "help"], ["-M", "help"], ["-M", "?"], ["-machine", "q35,help"],
        ["-machine", "help", "-machine", "q35"], ["-device", "help"], ["-device", "?"],
        ["-device", "e1000,help"], ["-device", "e1000,?"], ["-device", "e1000,help=on"],
        ["-device", "driver=help"], ["-device", "e1000", "-device", "e1000,help"],
        ["-device", "e1000,help", "-device", "e1000"], ["-accel", "help"], ["-netdev", "help"],
        ["-chardev", "help"], ["-object", "help"], ["-object", "secret,help"],
        ["-audiodev", "help"], ["-vga", "help"], ["-vga", "std", "-vga", "help"],
        ["-smp", "help"], ["-L", "help"], ["-m", "64", "-version"], ["-trace", "help"],
    ]

    @Test(arguments: questions)
    func `QEMU answers where no firmware was asked for`(question: [ByteString]) async throws {
        let store = try StagedHost(image: "")
        try store.configure(qemu: Machine.qemu)
        let (answer, expected) = try await answers(store, [], question)
        #expect(answer.end == expected.end, "\(answer.errors)")
        #expect(expected.end == .status(0))
        #expect(answer.output == expected.output)
        #expect(answer.errors == expected.errors)
    }

    /// Nothing is lost by it: a question that is asked with firmware starts no VM either way. What
    /// must not happen is that the launcher trips over it.
    @Test(.needsFirmware, arguments: questions)
    func `asked together with firmware, it is answered or refused`(
        question: [ByteString]
    ) async throws {
        let store = try StagedHost()
        try store.configure(qemu: Machine.qemu)
        for asking in [StagedHost.firmware + question, question + StagedHost.firmware] {
            let (answer, expected) = try await answers(store, [], asking, alone: question)
            guard answer.end == .status(0) else {
                let refusals = [64, 65, 66, 77, 78].map(Child.End.status)
                #expect(refusals.contains(answer.end), "\(answer)")
                #expect(answer.complaints.first?.hasPrefix("qemu-launcher: error: ") == true)
                #expect(answer.output.isEmpty)
                continue
            }
            #expect(answer.output == expected.output)
        }
    }

    private func answers(
        _ store: StagedHost,
        _ machine: [ByteString],
        _ words: [ByteString],
        alone: [ByteString]? = nil,
    ) async throws -> (answer: Outcome, expected: Outcome) {
        var direct = store.launcher(machine + (alone ?? words), calledAs: Machine.qemuName)
        direct.program = Machine.qemu
        direct.arguments.removeSubrange(1...2)
        let launched = store.launcher(machine + words, calledAs: Machine.qemuName)
        return (try await run(launched), try await run(direct))
    }
}
