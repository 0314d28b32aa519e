import Foundation
import Host
import Planning
import SystemPackage
import TestSupport
import Testing

@testable import launcherctl

struct LibvirtCheckTests {
    private static let volume = "demo:efi-firmware/a.fd"
    private static let uuid = "7b10d7af-b932-4c66-b2c3-3996152ec465"

    /// As libvirt 9 writes it, with its comment and its namespace.
    private static func domain(
        name: String = "web",
        loader: String? = nil,
        emulator: String = "/usr/bin/qemu-system-x86_64",
        metadata: String = "",
    ) -> String {
        let loader = loader.map {
            "<loader readonly='yes' type='pflash'>\($0)</loader>\n    "
                + "<nvram template='/t'>/var/lib/libvirt/qemu/nvram/web_VARS.fd</nvram>"
        }
        return """
            <!--
            WARNING: THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE
            OVERWRITTEN AND LOST. Changes to this xml should be made using: <name>
              virsh edit web
            -->

            <domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
              <name>\(name)</name>
              <uuid>\(uuid)</uuid>
              \(metadata)
              <os>
                <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
                \(loader ?? "")
                <boot dev='hd'/>
              </os>
              <devices>
                <emulator>\(emulator)</emulator>
                <memballoon model='none'/>
              </devices>
            </domain>
            """
    }

    private func parse(_ text: String) -> LibvirtDomain? {
        LibvirtDomain(parsing: Array(text.utf8))
    }

    @Test func `a domain's name, loader and emulator are read`() throws {
        let text = Self.domain(name: "a &amp; b", loader: "/srv/a.fd", emulator: "/opt/qemu")
        let domain = try #require(parse(text))
        #expect(domain.name == "a & b")
        #expect(domain.uuid == Self.uuid)
        #expect(domain.loader == "/srv/a.fd")
        #expect(domain.emulator == "/opt/qemu")
        #expect(try #require(parse(Self.domain())).loader == nil)
    }

    /// Whoever may set a domain's metadata, its title or its description chooses nothing.
    @Test func `only elements in their own place count`() throws {
        let metadata = """
            <title>&lt;name&gt;x&lt;/name&gt;</title>
            <metadata><x:a xmlns:x="u"><name>x</name><os><loader>/y</loader></os></x:a></metadata>
            <!-- <os><loader>/z</loader></os> -->
            """
        let domain = try #require(parse(Self.domain(metadata: metadata)))
        #expect(domain.name == "web")
        #expect(domain.loader == nil)
    }

    @Test(
        arguments: [
            "", "<", "<domain>", "<domain></domain>", "not XML",
            "<network><name>a</name><uuid>b</uuid></network>",
            "<domain><name>a</name><uuid>b</uuid>", "<domain><name>a</uuid></domain>",
            "<!DOCTYPE a><domain><name>a</name><uuid>b</uuid></domain>",
            "<domain><name>&evil;</name><uuid>b</uuid></domain>",
            "<domain><name><![CDATA[a]]></name><uuid>b</uuid></domain>",
            "<domain><name>a & b</name><uuid>b</uuid></domain>", "<!-- <domain>", "</a>",
        ]
    )
    func `what libvirt does not write is left out`(text: String) {
        #expect(parse(text) == nil)
    }

    /// What `check` says of one domain, where the volume is pinned.
    private func findings(_ domain: String, _ sections: String = "") throws -> [CheckResult] {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let path = directory.path.string
        let configuration = """
            launcher: defaults
            \tstorage-config \(path)/storage.cfg
            \(sections.hasPrefix("\t") ? sections : "")
            dir: demo
            \tpath \(path)/storage

            firmware: \(Self.volume)
            \tsha256 \(String(repeating: "ab", count: 32))

            \(sections.hasPrefix("\t") ? "" : sections)
            """
        try write(Data(configuration.utf8), to: "\(path)/launcher.conf", mode: 0o644)
        try write(Data(), to: "\(path)/storage.cfg", mode: 0o644)
        try makeDirectory("\(path)/qemu")
        let text = domain.replacing("$storage", with: "\(path)/storage")
        try write(Data(text.utf8), to: "\(path)/qemu/web.xml", mode: 0o600)
        let inventory = try Inventory(FilePath("\(path)/launcher.conf"))
        return LibvirtCheck.findings(inventory, in: FilePath("\(path)/qemu"))
    }

    private static let section = "vm: web\n\tfirmware \(volume)\n"
    private static let launcher = "/usr/sbin/qemu-launcher"
    private static let ours = "$storage/template/efi-firmware/a.fd"

    @Test func `an image of ours that nobody asks for is a warning`() throws {
        for emulator in ["/usr/bin/qemu-system-x86_64", Self.launcher] {
            let text = Self.domain(loader: Self.ours, emulator: emulator)
            let finding = try #require(try findings(text).first)
            #expect(finding.state == .warning)
            #expect(finding.subject == "web")
            #expect(finding.message.hasPrefix("its <loader> is \(Self.volume), but nobody asks"))
            #expect(finding.hint?.contains("virsh edit") == (emulator != Self.launcher))
        }
    }

    @Test func `a domain that asks, and that another program starts, is a failure`() throws {
        for id in ["web", Self.uuid] {
            let section = "vm: \(id)\n\tfirmware \(Self.volume)\n"
            let finding = try #require(try findings(Self.domain(loader: "/x"), section).first)
            #expect(finding.state == .failure)
            #expect(finding.message.contains("is not the launcher"))
        }
    }

    @Test func `a domain that asks through the launcher is well`() throws {
        let text = Self.domain(loader: "/x", emulator: Self.launcher)
        let finding = try #require(try findings(text, Self.section).first)
        #expect(finding.state == .ok)
        let byDefault = try findings(text, "\tdefault-firmware \(Self.volume)\n")
        #expect(byDefault.first?.state == .ok)
        #expect(byDefault.first?.message.contains("line 3") == true)
    }

    @Test func `a domain that is left out of the default asks for nothing`() throws {
        let text = Self.domain(loader: "/x", emulator: Self.launcher)
        let sections = "\tdefault-firmware \(Self.volume)\n\nvm: web\n\tdefault-firmware no\n"
        #expect(try findings(text, sections).isEmpty)
    }

    @Test func `other domains are none of our business`() throws {
        #expect(try findings(Self.domain(loader: "/usr/share/OVMF/OVMF_CODE.fd")).isEmpty)
        #expect(try findings(Self.domain(), "\tdefault-firmware \(Self.volume)\n").isEmpty)
        #expect(try findings("not XML").isEmpty)
    }

    @Test func `a host without libvirt has no findings`() throws {
        let directory = try TemporaryDirectory()
        try write(Data(), to: "\(directory.path)/launcher.conf", mode: 0o644)
        let inventory = try Inventory(directory.path.appending("launcher.conf"))
        #expect(LibvirtCheck.findings(inventory, in: directory.path.appending("none")).isEmpty)
    }
}
