import Foundation
import Planning
import TestSupport
import Testing

/// `launcherctl check` on a node of a cluster.
@Suite(.launching, .needsProducts, .needsFirmware)
struct CheckTests {
    private struct Document: Decodable {
        struct Finding: Decodable {
            let area: String
            let subject: String
            let state: String
            let message: String
            let hint: String?
        }

        let version: String
        let state: String
        let findings: [Finding]

        func about(_ area: String, _ subject: String) -> Finding? {
            findings.first { $0.area == area && $0.subject == subject }
        }
    }

    private static let asking = "bios: ovmf\nargs: -efi-firmware \(StagedHost.volume)\n"
    private static let missing = "test:efi-firmware/missing.fd"

    private func call(_ host: StagedProxmoxHost, _ options: ByteString...) -> Child.Request {
        let words: [ByteString] = [
            "launcherctl", "check", "--config", ByteString(host.store.configuration),
        ]
        return Child.Request(program: Products.launcherctl, arguments: words + options)
    }

    private func check(
        _ host: StagedProxmoxHost,
        _ options: ByteString...
    ) async throws -> Document {
        var request = call(host, "--json")
        request.arguments += options
        let outcome = try await run(request)
        let document = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
        let statuses: [String: Int32] = ["ok": 0, "warning": 1, "failure": 2, "unknown": 3]
        #expect(outcome.end == statuses[document.state].map { .status($0) })
        #expect(outcome.errors.isEmpty)
        return document
    }

    @Test func `a VM that gets its firmware is well, and so is its storage`() async throws {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(100, Self.asking)
        let document = try await check(host)
        #expect(document.about("vm", "100")?.state == "ok")
        #expect(
            document.about("vm", "100")?.message == "\(StagedHost.volume), chosen by its args"
        )
        #expect(document.about("storage", "test")?.state == "ok")
        #expect(document.about("firmware", StagedHost.volume)?.message.hasSuffix("mode") == true)
        #expect(document.about("qemu", host.store.program)?.state == "ok")
        #expect(document.version == Version.current)
    }

    @Test func `the default is for VMs in UEFI mode, and for no others`() async throws {
        let host = try StagedProxmoxHost()
        let storages = "storage-config \(host.cluster)/storage.cfg"
        try host.store.configure(
            launcher: [storages, "default-firmware \(StagedHost.volume)"]
        )
        try host.addVirtualMachine(100, "bios: ovmf\n")
        try host.addVirtualMachine(101, "name: legacy\n")
        let document = try await check(host)
        #expect(document.about("vm", "100")?.state == "ok")
        #expect(document.about("vm", "100")?.message.contains("launcher.conf line") == true)
        #expect(document.about("vm", "101") == nil)
    }

    @Test func `the filter of every VM is held against libseccomp`() async throws {
        let host = try StagedProxmoxHost()
        try host.configure(sections: "vm: 101\n\tspawn deny\n\nvm: web\n\tseccomp log\n")
        try host.addVirtualMachine(100, Self.asking + "numa: 1\nnet0: virtio\n")
        try host.addVirtualMachine(101, "")
        let found = try await check(host).about("filter", "rulesets")
        #expect(found?.state == "ok")
        let message = try #require(found?.message)
        #expect(message.contains(" agrees with those of 3 VMs and with the defaults, "))
        #expect(message.hasSuffix(" argument values"))
    }

    @Test func `a VM that would have to start a program, and may not, does not start`() async throws
    {
        let host = try StagedProxmoxHost()
        try host.configure(sections: "vm: 101\n\tspawn deny\n")
        try host.addVirtualMachine(101, "net0: virtio\n")
        let document = try await check(host)
        #expect(document.about("vm", "101")?.state == "failure")
        #expect(document.about("vm", "101")?.message.contains("spawn deny") == true)
    }

    /// A VM's configuration, and what there is to say about it.
    struct Guest: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let configuration: String
        var subject = "100"
        let state: String
        let message: String
        var hint: String?
    }

    private static let guests = [
        Guest(
            testDescription: "in BIOS mode",
            configuration: "args: -efi-firmware \(StagedHost.volume)\n",
            state: "failure",
            message: "not in UEFI mode, but asks for \(StagedHost.volume)",
            hint: "qm set 100 --bios ovmf"
        ),
        Guest(
            testDescription: "a volume that is not there",
            configuration: "bios: ovmf\nargs: -efi-firmware \(missing)\n",
            state: "failure",
            message: "no such file"
        ),
        Guest(
            testDescription: "a snapshot of another volume",
            configuration: asking + "\n[before]\nbios: ovmf\nargs: -efi-firmware \(missing)\n",
            subject: "100 (snapshot before)",
            state: "warning",
            message: "no such file"
        ),
        Guest(
            testDescription: "a pending change",
            configuration: asking + "\n[PENDING]\nargs: -efi-firmware \(missing)\n",
            subject: "100 (pending)",
            state: "warning",
            message: "no such file"
        ),
        Guest(
            testDescription: "a quote that stays open",
            configuration: "bios: ovmf\nargs: -efi-firmware '\(StagedHost.volume)\n",
            state: "failure",
            message: "never closed"
        ),
        Guest(
            testDescription: "another checksum in args",
            configuration: "bios: ovmf\nargs: -efi-firmware \(StagedHost.volume),sha256="
                + String(repeating: "0", count: 64) + "\n",
            state: "failure",
            message: "checksum differs"
        ),
        Guest(
            testDescription: "a template",
            configuration: asking + "template: 1\n",
            state: "ok",
            message: "a template: its args are not used"
        ),
        Guest(
            testDescription: "only a remark",
            configuration: asking + "\n[special:cloudinit]\nargs: -efi-firmware \(missing)\n",
            state: "ok",
            message: StagedHost.volume
        ),
    ]

    @Test(arguments: guests)
    func `each VM is judged as its start would be`(guest: Guest) async throws {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(100, guest.configuration)
        let document = try await check(host)
        let finding = try #require(document.about("vm", guest.subject))
        #expect(finding.state == guest.state)
        #expect(finding.message.contains(guest.message), "\(finding.message)")
        if let hint = guest.hint { #expect(finding.hint == hint) }
    }

    @Test func `a section that Proxmox does not know is told, and nothing in it counts`()
        async throws
    {
        let host = try StagedProxmoxHost()
        let unknown = "\n[future thing]\nargs: -efi-firmware \(Self.missing)\n"
        try host.addVirtualMachine(100, Self.asking + unknown)
        let findings = try await check(host).findings.filter { $0.area == "vm" }
        #expect(findings.map(\.state) == ["ok", "warning"])
        #expect(findings.last?.message == "line 4: section 'future thing' is ignored")
    }

    @Test func `a section for the VM that had the ID before is a failure`() async throws {
        let host = try StagedProxmoxHost()
        let uuid = "11111111-2222-3333-4444-555555555555"
        try host.configure(
            sections: "vm: 100\n\tfirmware \(StagedHost.volume)\n\tuuid \(uuid)\n"
        )
        try host.addVirtualMachine(100, "bios: ovmf\nsmbios1: uuid=\(uuid)\n")
        #expect(try await check(host).about("vm", "100")?.state == "ok")
        try host.addVirtualMachine(100, "bios: ovmf\nsmbios1: uuid=2\(uuid.dropFirst())\n")
        #expect(try await check(host).about("vm", "100")?.state == "failure")
        try host.addVirtualMachine(100, "bios: ovmf\nsmbios1: uuid=\(uuid)\ntemplate: 1\n")
        let template = try await check(host).about("vm", "100")
        #expect(template?.state == "ok")
        #expect(
            template?.message
                == "a template: a backup starts it paused, with \(StagedHost.volume)"
        )
        try host.addVirtualMachine(
            100,
            "bios: ovmf\nsmbios1: uuid=2\(uuid.dropFirst())\ntemplate: 1\n"
        )
        let failures = try await check(host).findings.filter { $0.state == "failure" }
        #expect(failures.contains { $0.subject == "100" && $0.message.contains(uuid) })
    }

    @Test func `a template's backup needs its image, whatever guests the image is for`()
        async throws
    {
        let host = try StagedProxmoxHost(image: Machine.unifiedImage)
        try host.configure(
            sections: "vm: 100\n\tfirmware \(StagedHost.volume)\n",
            pins: ["sha256 \(host.store.digest())", "guest sev-snp"],
        )
        let template = "bios: ovmf\namd-sev: type=snp\ntemplate: 1\n"
        try host.addVirtualMachine(100, template)
        #expect(try await check(host).about("vm", "100")?.state == "ok")
        try remove(host.store.image)
        #expect(try await check(host).about("vm", "100")?.state == "failure")
        try host.addVirtualMachine(100, template.replacing("bios: ovmf\n", with: ""))
        #expect(
            try await check(host).about("vm", "100")?.message
                == "not in UEFI mode, but asks for \(StagedHost.volume)"
        )
    }

    /// A start believes what stands beside the pin, so `check` has to look.
    @Test func `a build that the image is not is told, and renewed`() async throws {
        let host = try StagedProxmoxHost()
        let digest = "sha256 \(try host.store.digest())"
        try host.configure(sections: "", pins: [digest, "build smm"])
        try host.addVirtualMachine(100, Self.asking)
        for (area, subject) in [("firmware", StagedHost.volume), ("vm", "100")] {
            let found = try await check(host).about(area, subject)
            #expect(found?.state == "failure")
            #expect(found?.message.hasSuffix("(expected 'smm', found 'no-smm')") == true)
            #expect(found?.hint?.contains("firmware pin \(StagedHost.volume)") == true)
        }
        func call(_ words: ByteString...) async throws -> Outcome {
            try await run(
                Child.Request(program: Products.launcherctl, arguments: ["launcherctl"] + words)
            )
        }
        let configuration = ByteString(host.store.configuration)
        let plan: [ByteString] = [
            "launcherctl", "plan", "--", "-launcher-config", configuration, "-efi-firmware",
            ByteString(StagedHost.volume),
        ]
        let request = Child.Request(program: Products.launcherctl, arguments: plan)
        let refused = try await run(request)
        #expect(refused.end == .status(78))
        #expect(refused.errors.contains("not the build that"))
        let pinned = try await call(
            "firmware",
            "pin",
            "--config",
            configuration,
            ByteString(StagedHost.volume)
        )
        #expect(pinned.end == .status(0), "\(pinned.errors)")
        #expect(try await check(host).about("vm", "100")?.state == "ok")
        let shown = try await run(request)
        #expect(shown.end == .status(0), "\(shown.errors)")
        #expect(shown.output.contains("\nbuild       no-smm, stated by"))
    }

    /// The image, offered to every VM with a tag.
    private func offering(_ sections: String = "") throws -> StagedProxmoxHost {
        let host = try StagedProxmoxHost()
        try host.configure(
            sections: sections,
            pins: ["sha256 \(host.store.digest())", "tag nsv-7"],
        )
        return host
    }

    @Test func `a VM that asks by a tag is told with the tag`() async throws {
        let host = try offering()
        try host.addVirtualMachine(100, "bios: ovmf\ntags: web;NSV-7\n")
        try host.addVirtualMachine(101, "bios: ovmf\ntags: web\n")
        try host.addVirtualMachine(102, "bios: ovmf\ntags: nsv-7\ntemplate: 1\n")
        try host.addVirtualMachine(103, "tags: nsv-7\n")
        try host.addVirtualMachine(104, "bios: ovmf\n\n[before]\ntags: nsv-7\n")
        let document = try await check(host)
        let place = "\(host.store.configuration) line \(try host.store.line(of: "tag"))"
        #expect(
            document.about("vm", "100")?.message
                == "\(StagedHost.volume), chosen by tag 'nsv-7' (\(place))"
        )
        #expect(document.about("vm", "101") == nil)
        #expect(
            document.about("vm", "102")?.message
                == "a template: a backup starts it paused, with \(StagedHost.volume)"
        )
        #expect(document.about("vm", "103")?.message.hasPrefix("not in UEFI mode") == true)
        #expect(document.about("vm", "104 (snapshot before)")?.state == "ok")
    }

    @Test(
        arguments: [
            ("tags: nsv-7\nargs: -efi-firmware \(missing)\n", "but tag 'nsv-7' ("),
            ("tags: nsv-7;other\n", "the tags ask for several images: 'nsv-7' for "),
            ("tags: a!;nsv-7\n", "line 2: tags: not a tag"),
        ]
    )
    func `a VM whose tags do not agree does not start`(
        settings: String,
        message: String
    ) async throws {
        let zeros = String(repeating: "0", count: 64)
        let host = try offering("firmware: \(Self.missing)\n\tsha256 \(zeros)\n\ttag other\n")
        try host.addVirtualMachine(100, "bios: ovmf\n\(settings)")
        let finding = try #require(try await check(host).about("vm", "100"))
        #expect(finding.state == "failure")
        #expect(finding.message.contains(message), "\(finding.message)")
    }

    @Test func `a VM whose tags cannot be read is a failure, if tags count`() async throws {
        let host = try offering()
        try host.addVirtualMachine(100, "bios: ovmf\n")
        try change("\(host.node)/qemu-server/100.conf", mode: 0o666)
        #expect(try await check(host).about("configuration", "VMs")?.state == "failure")
        try host.configure()
        #expect(try await check(host).about("configuration", "VMs")?.state == "warning")
    }

    @Test func `nodes with another launcher, or none, are told`() async throws {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(100, Self.asking)
        try host.addVirtualMachine(101, Self.asking, node: "other")
        try host.addVirtualMachine(102, "", node: "none")
        let told = "qemu-launcher.version"
        try write(Data("\(Version.current)\n".utf8), to: "\(host.node)/\(told)", mode: 0o640)
        try write(Data("0.0.1\n".utf8), to: "\(host.cluster)/nodes/other/\(told)", mode: 0o640)
        let document = try await check(host)
        #expect(document.about("node", "\(Machine.nodeName)")?.state == "ok")
        let other = try #require(document.about("node", "other"))
        #expect(other.state == "warning")
        #expect(
            other.message == "has another launcher (expected \(Version.current), found 0.0.1)"
        )
        #expect(document.about("node", "none")?.state == "warning")
        // VMs of other nodes are checked there.
        #expect(document.about("vm", "101") == nil)
    }

    @Test func `a node whose version the others do not know is told`() async throws {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(100, Self.asking)
        let finding = try #require(try await check(host).about("node", "\(Machine.nodeName)"))
        #expect(finding.state == "warning")
        #expect(finding.hint?.hasPrefix("launcherctl --version >") == true)
    }

    /// - Parameter isEnabled: whether the launcher is in QEMU's place there.
    private func root(of host: StagedProxmoxHost, isEnabled: Bool) throws -> ByteString {
        let root = "\(host.store.path)/root"
        for folder in ["usr/bin", "var/lib/dpkg"] {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(folder)",
                withIntermediateDirectories: true
            )
        }
        try link("\(root)/usr/bin/kvm", to: isEnabled ? "/usr/sbin/qemu-launcher" : "qemu")
        let diversion = isEnabled ? "/usr/bin/kvm\n/usr/bin/kvm.distrib\nqemu-launcher\n" : ""
        try write(Data(diversion.utf8), to: "\(root)/var/lib/dpkg/diversions", mode: 0o644)
        return ByteString(root)
    }

    @Test(.needsDpkg, arguments: [true, false])
    func `where VMs ask for firmware, the launcher has to be in QEMU's place`(
        isEnabled: Bool
    ) async throws {
        let host = try StagedProxmoxHost()
        try host.configure(sections: "vm: 101\n\tfirmware \(StagedHost.volume)\n")
        try host.addVirtualMachine(100, Self.asking)
        try host.addVirtualMachine(101, "bios: ovmf\n")
        try host.addVirtualMachine(102, Self.asking, node: "other")
        var request = call(host, "--json")
        let root = try root(of: host, isEnabled: isEnabled)
        request.environment.append(ByteString("DPKG_ROOT=".utf8 + root.bytes))
        let outcome = try await run(request)
        let document = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
        let finding = try #require(document.about("diversion", "/usr/bin/kvm"))
        #expect(finding.state == (isEnabled ? "ok" : "failure"))
        guard !isEnabled else { return }
        #expect(outcome.end == .status(2))
        #expect(
            finding.message == "not enabled: vm 101 would start from stock firmware, vm 100 would"
                + " not start"
        )
        #expect(finding.hint == "launcherctl divert enable")
    }

    @Test(.needsDpkg)
    func `where no VM asks for firmware, QEMU may start without the launcher`() async throws {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(100, "bios: ovmf\n")
        var request = call(host, "--json")
        let root = try root(of: host, isEnabled: false)
        request.environment.append(ByteString("DPKG_ROOT=".utf8 + root.bytes))
        let outcome = try await run(request)
        let document = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
        #expect(document.about("diversion", "/usr/bin/kvm")?.state == "ok")
    }

    @Test func `people get a table and hints in 80 columns`() async throws {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(100, Self.guests[0].configuration)
        try host.addVirtualMachine(101, Self.asking, node: "other")
        var request = call(host)
        request.environment.append("COLUMNS=80")
        let outcome = try await run(request)
        let lines = outcome.output.split(separator: "\n")
        let first = try #require(lines.first)
        #expect(first.hasPrefix("CRITICAL: "), "\(first)")
        #expect(first.contains("; vm 100: not in UEFI mode"), "\(first)")
        #expect(first.contains(" | vms=1 pins=1 failures="), "\(first)")
        #expect(lines.dropFirst().first?.hasPrefix("STATE") == true)
        #expect(lines.contains { $0.hasPrefix("hint: vm 100: qm set 100 --bios ovmf") })
        for line in lines.dropFirst() where line.count > 80 {
            // A path may be longer than what is left for it.
            let words = line.split(separator: " ").reversed()
            #expect(words.first?.hasPrefix("/") == true && words.first?.count ?? 0 > 24, "\(line)")
        }
        let piped = try await run(call(host)).output.split(separator: "\n")
        let image = piped.filter { $0.contains("firmware \(StagedHost.volume)") }
        #expect(image.count == 1)
        #expect(!piped.contains { $0.contains("…") || $0.hasPrefix(" ") }, "\(piped)")
        let quiet = try await run(call(host, "--quiet"))
        #expect(quiet.end == outcome.end)
        #expect(!quiet.output.split(separator: "\n").contains { $0.hasPrefix("ok ") })
    }

    @Test func `an image that only other nodes need is information here`() async throws {
        let host = try StagedProxmoxHost()
        try host.configure(sections: "vm: 101\n\tfirmware \(StagedHost.volume)\n")
        try remove(host.store.image)
        try host.addVirtualMachine(100, "bios: ovmf\n")
        try host.addVirtualMachine(101, "bios: ovmf\n", node: "other")
        let there = try #require(try await check(host).about("firmware", StagedHost.volume))
        #expect(there.state == "information")
        #expect(there.message.hasSuffix("only VMs of other nodes need it"))
        try host.addVirtualMachine(100, Self.asking)
        #expect(try await check(host).about("firmware", StagedHost.volume)?.state == "failure")
    }

    @Test func `a pin that nobody needs may be without its image, but not with another`()
        async throws
    {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(100, "bios: ovmf\n")
        let zeros = String(repeating: "0", count: 64)
        try host.configure(pins: ["sha256 \(zeros)"])
        let wrong = try #require(try await check(host).about("firmware", StagedHost.volume))
        #expect(wrong.state == "warning")
        #expect(wrong.message.contains("checksum differs"))
        try remove(host.store.image)
        let missing = try await check(host)
        #expect(missing.about("firmware", StagedHost.volume)?.state == "information")
        #expect(
            missing.about("firmware", StagedHost.volume)?.message.hasSuffix("no VM needs it")
                == true
        )
        #expect(missing.findings.filter { $0.area == "firmware" && $0.state == "failure" }.isEmpty)
    }

    @Test func `another node's storages are looked at for every VM that may come there`()
        async throws
    {
        let host = try StagedProxmoxHost()
        let nfs = "nfs: shared\n\tserver x\n\texport /x\n\tpath \(host.store.root)\n"
        let here = Machine.nodeName
        try write(
            Data("\(nfs)\nnfs: mine\n\tserver x\n\texport /x\n\tnodes \(here)\n".utf8),
            to: "\(host.cluster)/storage.cfg",
            mode: 0o640
        )
        try host.addVirtualMachine(100, Self.asking)
        try host.addVirtualMachine(
            101,
            "bios: ovmf\nargs: -efi-firmware mine:efi-firmware/a.fd,sha256=\(host.store.digest())\n"
        )
        try host.addVirtualMachine(102, "", node: "other")
        let findings = try await check(host, "--node", "other").findings
            .filter { $0.area == "node" && $0.subject == "other" }
        let states = findings.map { "\($0.state) \($0.message.prefix(24))" }
        #expect(
            states == [
                "warning has no launcher: VMs wit",
                "warning its pins cannot be seen ",
                "warning test:efi-firmware/a.fd i",
                "failure volume 'mine:efi-firmwar",
            ]
        )
        #expect(findings.last?.message.hasSuffix("needed by vm 101") == true)
        let everything = try await check(host, "--all-nodes")
        #expect(everything.about("kernel", "seccomp") != nil)
        #expect(everything.findings.contains { $0.message.hasPrefix("its pins cannot") })
        let unknown = try await run(call(host, "--node", "nosuch"))
        #expect(unknown.end == .status(64))
        #expect(unknown.errors.contains("node 'nosuch' does not exist"))
        #expect(unknown.errors.contains("hint: there are "))
    }

    @Test func `pinned stock firmware that was upgraded is told, and renewed by one command`()
        async throws
    {
        let host = try StagedProxmoxHost()
        let stock = Machine.variableStore
        let zeros = String(repeating: "0", count: 64)
        let section = "firmware: \(stock)\n\tsha256 \(zeros)\n"
        try host.store.configure(
            launcher: ["storage-config \(host.cluster)/storage.cfg", "stock-firmware verify"],
            sections: section,
        )
        let finding = try #require(try await check(host).about("firmware", stock))
        #expect(finding.state == "failure")
        #expect(finding.message.contains("checksum differs"))
        #expect(finding.hint?.contains("launcherctl firmware pin --stock") == true)
        let renewal = Child.Request(
            program: Products.launcherctl,
            arguments: [
                "launcherctl", "firmware", "pin", "--stock", "--config",
                ByteString(host.store.configuration),
            ],
        )
        #expect(try await run(renewal).output.contains("\(stock): renewed"))
        #expect(try await check(host).about("firmware", stock)?.state == "ok")
        #expect(try await run(renewal).output == "\(stock): its pin is right\n")
        try host.configure(sections: section)
        #expect(try await check(host).about("firmware", stock)?.state == "information")
    }

    @Test func `what plan warns of, check warns of`() async throws {
        let host = try StagedProxmoxHost(image: "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd")
        try host.addVirtualMachine(100, Self.asking)
        try host.addVirtualMachine(101, Self.asking + "machine: q35\n")
        let findings = try await check(host).findings.filter { $0.area == "vm" }
        let states = findings.map { "\($0.subject) \($0.state)" }
        #expect(states == ["100 ok", "100 warning", "101 ok"])
        #expect(findings[1].message.hasPrefix("FW-W03: "))
        try host.configure(pins: ["sha256 \(host.store.digest())", "accept FW-W03"])
        #expect(!(try await check(host).findings.contains { $0.message.contains("FW-W03") }))
    }

    @Test func `a section for a VM that no node has is told`() async throws {
        let host = try StagedProxmoxHost()
        let uuid = "11111111-2222-3333-4444-555555555555"
        try host.configure(
            sections: "vm: 100\n\tseccomp log\n\nvm: 999\n\tseccomp log\n\n"
                + "vm: \(uuid)\n\tseccomp log\n\nvm: web\n\tseccomp log\n"
        )
        try host.addVirtualMachine(100, "bios: ovmf\n")
        let document = try await check(host)
        #expect(document.about("vm", "100") == nil)
        #expect(document.about("vm", "999")?.state == "warning")
        #expect(document.about("vm", "999")?.message.hasSuffix("and no node has it") == true)
        // These are for VMs that Proxmox does not know.
        #expect(document.about("vm", uuid) == nil)
        #expect(document.about("vm", "web") == nil)
    }

    @Test func `a VM that another program starts does not get its firmware`() async throws {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(100, Self.asking + "arch: aarch64\n")
        let finding = try #require(try await check(host).about("vm", "100"))
        #expect(finding.state == "failure")
        #expect(finding.message.hasPrefix("starts /usr/bin/qemu-system-aarch64 and not the"))
    }

    @Test(.enabled(if: Machine.isRoot, "only root can be somebody else"))
    func `who may not read is told that nothing is known`() async throws {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(100, Self.asking)
        try change(host.cluster, mode: 0o700)
        var request = call(host, "--json")
        request.program = "/usr/bin/setpriv"
        request.arguments =
            ["setpriv", "--reuid", "65534", "--clear-groups", ByteString(Products.launcherctl)]
            + request.arguments.dropFirst()
        let outcome = try await run(request)
        #expect(outcome.end == .status(3), "\(outcome.output) \(outcome.errors)")
        let document = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
        #expect(document.state == "unknown")
    }

    @Test func `metrics are written whole, for Prometheus to collect`() async throws {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(100, Self.asking)
        try host.addVirtualMachine(101, Self.guests[0].configuration)
        let file = "\(host.store.path)/launcher.prom"
        try write(Data("old".utf8), to: file, mode: 0o644)
        let outcome = try await run(call(host, "--prometheus", ByteString(file)))
        #expect(outcome.end == .status(2), "\(outcome.errors)")
        let text = String(decoding: try read(file), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.contains("qemu_launcher_check_status 2"))
        #expect(lines.contains("qemu_launcher_vm_status{vm=\"100\"} 0"))
        #expect(lines.contains("qemu_launcher_vm_status{vm=\"101\"} 2"))
        #expect(lines.contains("qemu_launcher_vms 2"))
        let names = try FileManager.default.contentsOfDirectory(atPath: host.store.path)
        #expect(names.filter { $0.hasPrefix("launcher.prom") } == ["launcher.prom"])
        let full = try await run(call(host, "--prometheus", "/nosuch/launcher.prom"))
        #expect(full.end == .status(71))
        #expect(full.errors.contains("'/nosuch/launcher.prom': cannot be written"))
        // A device, a pipe or a link would be gone.
        let link = "\(host.store.path)/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
        let refused = try await run(call(host, "--prometheus", ByteString(link)))
        #expect(refused.end == .status(78))
        #expect(refused.errors.contains("not a regular file (found a symbolic link"))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/dev/null")
    }

    @Test func `a configuration that is broken is the failure, not the end`() async throws {
        let host = try StagedProxmoxHost()
        try host.store.writeConfiguration(Data("nonsense\n".utf8))
        let document = try await check(host)
        #expect(document.state == "failure")
        #expect(document.about("configuration", host.store.configuration)?.state == "failure")
        #expect(document.about("kernel", "seccomp") != nil)
    }
}

extension Trait where Self == ConditionTrait {
    static var needsDpkg: Self {
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: "/usr/bin/dpkg-divert"),
            "no dpkg-divert on this host"
        )
    }
}
