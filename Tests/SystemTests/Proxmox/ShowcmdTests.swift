import Foundation
import Planning
import TestSupport
import Testing

/// `launcherctl plan --vmid` and `run --vmid`, on a host whose `qm` is a stand-in.
@Suite(.launching, .needsProducts, .needsFirmware, .needsMounts)
struct ShowcmdTests {
    private static let head: [ByteString] = [
        "/usr/bin/kvm", "-id", "100", "-name", "web,debug-threads=on", "-no-shutdown", "-chardev",
        "socket,id=qmp,path=/var/run/qemu-server/100.qmp,server=on,wait=off", "-mon",
        "chardev=qmp,mode=control", "-pidfile", "/var/run/qemu-server/100.pid", "-daemonize",
        "-smbios", "type=1,uuid=7b10d7af-b932-4c66-b2c3-3996152ec465", "-blockdev",
        """
        {"driver":"raw","file":{"driver":"file","filename":"/usr/share/pve-edk2-firmware//\
        OVMF_CODE_4M.fd"},"node-name":"pflash0","read-only":true}
        """,
        "-machine", "pflash0=pflash0,type=q35+pve0",
    ]

    private static let endings: [[ByteString]] = [
        [], ["-append", "quiet 'splash' -x \"y\" $HOME `id` \\ ''"], ["-fw_cfg", ""],
        ["-append", "a\nb\tc"], ["-append", "'''", "-append", "'"],
        ["-append", "gr\u{FC}n \u{1F4A9}"], ["-append", "x;y|z&w<u>v(t)#s~r*q?p[o]n{m}l"],
    ]

    private struct Plan: Decodable {
        let arguments: [String]
    }

    /// Where this process may run, and so what it starts.
    private static var ownCPUs: String {
        get throws {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            return String(try #require(status.firstMatch(of: /Cpus_allowed_list:\s+(\S+)/)?.1))
        }
    }

    private func arguments(_ request: Child.Request) async throws -> [String] {
        let outcome = try await run(request)
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        let plan = try JSONDecoder().decode(Plan.self, from: Data(outcome.output.utf8))
        // Which number the image's descriptor has depends on who called.
        return plan.arguments.map { $0.replacing(/\/proc\/self\/fd\/\d+/, with: "IMAGE") }
    }

    @Test(arguments: endings)
    func `the plan of a VM is that of the command that Proxmox prints`(
        ending: [ByteString]
    ) async throws {
        let host = try StagedProxmoxHost()
        let words = Self.head + host.firmware + ending
        try host.answer(ByteString(PerlShellQuote.quote(words).bytes + [0x0A]))
        let planned = try await arguments(host.launcherctl("plan", "--json", "--vmid", "100"))
        let call: [ByteString] = ["launcherctl", "plan", "--json", "--"] + words
        let typed = Child.Request(program: Products.launcherctl, arguments: call)
        #expect(try await arguments(typed) == planned)
        // Four of ours go, and QEMU is told to read no settings of its own.
        #expect(planned.count == words.count - 4 + 1)
        #expect(try host.callsOfQm() == ["showcmd 100"])
    }

    @Test func `taskset in front of QEMU changes nothing about the plan`() async throws {
        let host = try StagedProxmoxHost()
        let words = Self.head + host.firmware
        let taskset: [ByteString] = ["/usr/bin/taskset", "--cpu-list", "--all-tasks", "0"]
        try host.answer(PerlShellQuote.quote(taskset + words))
        let planned = try await arguments(host.launcherctl("plan", "--json", "--vmid", "100"))
        #expect(planned.first == "/usr/bin/kvm")
        // Four of ours go, and QEMU is told to read no settings of its own.
        #expect(planned.count == words.count - 4 + 1)
    }

    @Test func `run starts the VM on its CPUs, in the foreground, its console on the terminal`()
        async throws
    {
        let host = try StagedProxmoxHost()
        let words = Self.head + host.firmware
        let cpu = try #require(Self.ownCPUs.firstMatch(of: /\d+/)?.0)
        let taskset: [ByteString] = ["/usr/bin/taskset", "--cpu-list", "--all-tasks"]
        try host.answer(PerlShellQuote.quote(taskset + [ByteString(cpu)] + words))
        let outcome = try await run(host.launcherctl("run", "--vmid", "100"))
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        let report = try #require(try host.store.report())
        #expect(report.parent == outcome.process)
        #expect(report.status["Cpus_allowed_list:"] == String(cpu))
        #expect(report.arguments.first == "/usr/bin/kvm")
        #expect(report.arguments.suffix(4) == ["-serial", "mon:stdio", "-display", "none"])
        #expect(!report.arguments.contains("-daemonize"))
        #expect(report.arguments.contains("/var/run/qemu-server/100.pid"))
        #expect(try host.store.imageOfReport() == read(host.store.image))
    }

    @Test func `without an affinity QEMU runs on every CPU that the caller has`() async throws {
        let host = try StagedProxmoxHost()
        try host.answer(PerlShellQuote.quote(Self.head + host.firmware))
        _ = try await run(host.launcherctl("run", "--no-serial", "--vmid", "100"))
        let report = try #require(try host.store.report())
        #expect(report.status["Cpus_allowed_list:"] == (try Self.ownCPUs))
        #expect(!report.arguments.contains("-serial"))
    }

    /// What is wrong with `qm`, and what is said.
    struct Trouble: CustomTestStringConvertible, Sendable {
        let name: String
        let status: Int32
        let message: String
        let arrange: @Sendable (StagedProxmoxHost) throws -> Void

        var testDescription: String { name }
    }

    private static let troubles = [
        Trouble(
            name: "missing",
            status: 69,
            message: "/usr/sbin/qm is missing: this is not a Proxmox host",
        ) { _ in },
        Trouble(name: "no such VM", status: 66, message: "qm showcmd 100: exit status 2") {
            try $0.answer("", status: 2, complaint: "Configuration file does not exist\n")
        },
        Trouble(name: "killed", status: 71, message: "/usr/sbin/qm: ended by signal 9") {
            try $0.install("#!/bin/sh\nkill -9 $$")
        },
        Trouble(name: "no output", status: 70, message: "output of qm showcmd: empty") {
            try $0.answer("\n")
        },
        Trouble(
            name: "an open quote",
            status: 70,
            message: "output of qm showcmd: the quote at byte 21 is never closed",
        ) {
            try $0.answer("/usr/bin/kvm -append 'quiet\n")
        },
        Trouble(
            name: "the output of --pretty",
            status: 70,
            message: "output of qm showcmd: unexpected '\\n' at byte 14",
        ) {
            try $0.answer(PerlShellQuote.pretty(PerlShellQuote.quote(head)))
        },
        Trouble(
            name: "two commands",
            status: 70,
            message: "output of qm showcmd: several lines start QEMU: 1, 3",
        ) {
            try $0.answer("/usr/bin/kvm -id 100\nwarning\n/usr/bin/kvm -id 100\n")
        },
        Trouble(
            name: "not QEMU",
            status: 70,
            message: "output of qm showcmd: no line starts QEMU (found '/bin/true -id 100\\n')",
        ) {
            try $0.answer("/bin/true -id 100\n")
        },
        Trouble(
            name: "an affinity that is none",
            status: 78,
            message: "list of CPUs '0,x': wrong part 'x' (expected a number, or FIRST-LAST)",
        ) {
            let taskset: [ByteString] = ["/usr/bin/taskset", "--cpu-list", "--all-tasks", "0,x"]
            try $0.answer(PerlShellQuote.quote(taskset + head))
        },
    ]

    @Test(arguments: ["plan", "run"] as [ByteString], troubles)
    func `what is wrong with qm is said, and nothing is started`(
        command: ByteString,
        trouble: Trouble
    ) async throws {
        let host = try StagedProxmoxHost()
        try trouble.arrange(host)
        let outcome = try await run(host.launcherctl(command, "--vmid", "100"))
        #expect(outcome.end == .status(trouble.status))
        let expected = "launcherctl: error: \(trouble.message)"
        #expect(outcome.complaints.contains(expected), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        #expect(try host.store.report() == nil)
    }

    @Test func `what qm itself says reaches the operator`() async throws {
        let host = try StagedProxmoxHost()
        try host.answer("", status: 2, complaint: "Configuration file does not exist\n")
        let outcome = try await run(host.launcherctl("plan", "--vmid", "100"))
        #expect(outcome.complaints.first == "Configuration file does not exist")
    }

    @Test(arguments: ["99", "1000000000", "0100", "x", "", "-1"] as [ByteString])
    func `what is no VM ID is not given to qm`(vmid: ByteString) async throws {
        let host = try StagedProxmoxHost()
        try host.answer("/usr/bin/kvm\n")
        let outcome = try await run(host.launcherctl("plan", "--vmid", vmid))
        #expect(outcome.end == .status(64))
        #expect(try host.callsOfQm().isEmpty)
    }
}

/// Proxmox's own pairs of VM configuration and command line (qemu-server's src/test/cfg2cmd)
/// through `launcherctl plan --vmid`: what `qm` prints, and what QEMU would get.
@Suite(.launching, .needsProducts, .needsFirmware, .needsMounts)
struct ProxmoxPairPlanTests {
    private struct Plan: Decodable {
        let arguments: [String]
    }

    private func plan(
        _ pair: ProxmoxPair,
        _ words: [ByteString],
        on host: StagedProxmoxHost
    ) async throws -> Outcome {
        try host.answer(ByteString(PerlShellQuote.quote(words).bytes + [0x0A]))
        let vmID = ByteString(pair.vmID)
        return try await run(host.launcherctl("plan", "--json", "--vmid", vmID))
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
        let host = try StagedProxmoxHost(image: Machine.unifiedImage)
        let words = try pair.command()
        let settings = try pair.configuration()
        let configuration: [ByteString] = [
            "-launcher-config", ByteString(host.store.configuration),
        ]
        let plain = try await plan(pair, words + configuration, on: host)
        #expect(try arguments(plain) == words)

        try host.configure(sections: "vm: \(pair.vmID)\n\tfirmware \(StagedHost.volume)\n")
        let outcome = try await plan(pair, words + configuration, on: host)
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
