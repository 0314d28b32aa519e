import Planning
import TestSupport
import Testing

struct FirmwareUsesTests {
    private func guest(
        _ vmid: VirtualMachineID,
        on node: String = "pve1",
        _ text: String,
    ) -> LocatedGuest {
        LocatedGuest(
            node: node,
            guest: GuestConfiguration(parsing: Array(text.utf8), vmid: vmid)
        )
    }

    private func uses(_ guests: [LocatedGuest], _ sections: String = "") throws -> FirmwareUses {
        let configuration = try LauncherConfiguration(
            parsing: Array(sections.utf8),
            file: "launcher.conf"
        )
        return try FirmwareUses(guests: guests, configuration: configuration, node: "pve1")
    }

    private static let asks = "args: -efi-firmware local:efi-firmware/a.fd\n"

    @Test func `everybody who needs an image is named, and when`() throws {
        let uses = try uses(
            [
                guest(100, Self.asks),
                guest(101, on: "pve2", "\(Self.asks)[before]\n\(Self.asks)"),
                guest(102, "[PENDING]\n\(Self.asks)"),
                guest(103, "args: -efi-firmware local:efi-firmware/b.fd\n"),
                guest(104, "#\(Self.asks)"),
            ],
            "vm: 100\n\tfirmware local:efi-firmware/a.fd\n\nvm: web\n"
                + "\tfirmware local:efi-firmware/a.fd\n"
        )
        let volume = try FirmwareVolumeID(parsing: "local:efi-firmware/a.fd")
        #expect(
            uses.users(of: volume).map(\.description) == [
                "vm 100", "vm 101 on pve2", "vm 101 on pve2 (snapshot before)",
                "vm 102 (pending)", "vm 'web'",
            ]
        )
        #expect(uses.problems.isEmpty)
    }

    private static let offers = """
        firmware: local:efi-firmware/a.fd
        \tsha256 \(String(repeating: "0", count: 64))
        \ttag a

        firmware: local:efi-firmware/b.fd
        \tsha256 \(String(repeating: "0", count: 64))
        \ttag b

        """

    @Test func `who asks by a tag is named with it, and when`() throws {
        let uses = try uses(
            [
                guest(100, "tags: x;A\n\(Self.asks)"),
                guest(101, on: "pve2", "tags: b\n[before]\ntags: a\n"),
                guest(102, "tags: c\n[PENDING]\ntags: a\n"),
            ],
            Self.offers
        )
        let volume = try FirmwareVolumeID(parsing: "local:efi-firmware/a.fd")
        #expect(
            uses.users(of: volume).map(\.description) == [
                "vm 100", "vm 100 by tag 'a'", "vm 101 on pve2 (snapshot before) by tag 'a'",
                "vm 102 (pending) by tag 'a'",
            ]
        )
        #expect(uses.problems.isEmpty)
    }

    @Test(arguments: ["tags: a;b\n", "tags: a;!\n"])
    func `whose tags are no choice is told`(text: String) throws {
        let guests = [guest(100, text)]
        #expect(try uses(guests, Self.offers).problems.map(\.user.description) == ["vm 100"])
        #expect(try uses(guests).problems.isEmpty)
    }

    @Test func `a node needs what its own VMs start with`() throws {
        let uuid = "11111111-2222-3333-4444-555555555555"
        let guests = [
            guest(100, "args: -efi-firmware local:efi-firmware/own.fd\n"),
            guest(101, on: "pve2", "args: -efi-firmware local:efi-firmware/far.fd\n"),
            guest(102, "[PENDING]\nargs: -efi-firmware local:efi-firmware/next.fd\n"),
            guest(103, "[old]\nargs: -efi-firmware local:efi-firmware/old.fd\n"),
            guest(104, on: "pve2", "smbios1: uuid=\(uuid)\n"),
        ]
        let sections = [
            ("104", "by-id"), (uuid, "by-uuid"), ("105", "gone"), ("web", "by-name"),
        ].map { "vm: \($0)\n\tfirmware local:efi-firmware/\($1).fd\n\n" }.joined()
        let expected: [(String, FirmwareUses.Need, FirmwareUses.Need)] = [
            ("own", .here, .elsewhere), ("far", .elsewhere, .here), ("next", .here, .elsewhere),
            ("old", .later, .elsewhere), ("by-id", .elsewhere, .here),
            ("by-uuid", .here, .here), ("gone", .nobody, .nobody),
            ("by-name", .here, .here), ("unused", .nobody, .nobody),
        ]
        let uses = try uses(guests, sections)
        for (name, own, other) in expected {
            let volume = try FirmwareVolumeID(parsing: "local:efi-firmware/\(name).fd")
            #expect(uses.need(of: volume, on: "pve1") == own, "\(name)")
            #expect(uses.need(of: volume, on: "pve2") == other, "\(name)")
        }
        let volume = try FirmwareVolumeID(parsing: "local:efi-firmware/gone.fd")
        #expect(try self.uses([], sections).need(of: volume, on: "pve1") == .here)
    }

    @Test func `a VM whose wish cannot be read is no VM without a wish`() throws {
        let uses = try uses([guest(100, "args: -efi-firmware 'local:efi-firmware/a.fd\n")])
        #expect(uses.all.isEmpty)
        #expect(uses.problems.map(\.user.description) == ["vm 100"])
    }
}

struct DependentGuestsTests {
    private static let asks = "args: -efi-firmware local:efi-firmware/a.fd\n"

    private func section(_ id: String) -> String {
        "vm: \(id)\n\tfirmware local:efi-firmware/a.fd\n\n"
    }

    private func guests(
        _ configurations: [(vmid: VirtualMachineID, node: String, text: String)],
        sections: String = "",
    ) throws -> DependentGuests {
        let located = configurations.map { vmid, node, text in
            LocatedGuest(
                node: node,
                guest: GuestConfiguration(parsing: Array(text.utf8), vmid: vmid)
            )
        }
        let configuration = try LauncherConfiguration(
            parsing: Array(sections.utf8),
            file: "launcher.conf"
        )
        let uses = try FirmwareUses(guests: located, configuration: configuration, node: "pve1")
        return DependentGuests(uses, guests: located, node: "pve1")
    }

    @Test func `the default is needed everywhere, and by VMs that nobody names`() throws {
        let text = "launcher: defaults\n\tdefault-firmware local:efi-firmware/a.fd\n"
        let found = try guests([(100, "pve1", ""), (101, "pve2", "")], sections: text)
        #expect(found.changed == [.everyOther])
        #expect(!found.isEmpty)
        let configuration = try LauncherConfiguration(
            parsing: Array(text.utf8),
            file: "launcher.conf"
        )
        let uses = try FirmwareUses(guests: [], configuration: configuration, node: "pve1")
        let volume = try FirmwareVolumeID(parsing: "local:efi-firmware/a.fd")
        #expect(uses.need(of: volume, on: "pve1") == .here)
        #expect(uses.users(of: volume) == [.everyOther])
    }

    @Test func `who asks by args does not start, who asks by a section starts otherwise`() throws {
        let found = try guests(
            [(100, "pve1", Self.asks), (101, "pve1", ""), (102, "pve1", "")],
            sections: section("101") + section("web") + "vm: 102\n\tseccomp log\n"
        )
        #expect(found.stopped.map(\.description) == ["vm 100"])
        #expect(found.changed.map(\.description) == ["vm 101", "vm 'web'"])
        #expect(
            found.summary == "vm 101, vm 'web' would start from stock firmware,"
                + " vm 100 would not start"
        )
        #expect(found.warnings.count == 3)
    }

    @Test func `args fail closed, whatever a section says besides`() throws {
        let found = try guests([(100, "pve1", Self.asks)], sections: section("100"))
        #expect(found.stopped.map(\.description) == ["vm 100"])
        #expect(found.changed.isEmpty)
    }

    @Test func `who asks by a tag starts otherwise, unless its args ask too`() throws {
        let offer =
            "firmware: local:efi-firmware/a.fd\n\tsha256 \(String(repeating: "0", count: 64))\n"
            + "\ttag a\n\n"
        let found = try guests(
            [
                (100, "pve1", "tags: a\n"), (101, "pve1", "tags: a\n\(Self.asks)"),
                (102, "pve2", "tags: a\n"), (103, "pve1", "[before]\ntags: a\n"),
                (104, "pve1", "tags: a\n"),
            ],
            sections: offer + section("104")
        )
        #expect(found.changed.map(\.description) == ["vm 100 by tag 'a'", "vm 104 by tag 'a'"])
        #expect(found.stopped.map(\.description) == ["vm 101"])
    }

    @Test func `VMs of other nodes, and sections for none, are nobody's concern here`() throws {
        let found = try guests(
            [(100, "pve2", Self.asks), (101, "pve2", ""), (102, "pve1", "")],
            sections: section("101") + section("103")
        )
        #expect(found.isEmpty)
    }

    @Test func `without Proxmox every section is for a VM of this host`() throws {
        let found = try guests([], sections: section("100"))
        #expect(found.changed.map(\.description) == ["vm 100"])
    }

    @Test func `a change that waits for the next start counts, a snapshot does not`() throws {
        let found = try guests([
            (100, "pve1", "[PENDING]\n\(Self.asks)"), (101, "pve1", "[before]\n\(Self.asks)"),
            (102, "pve1", "\(Self.asks)[PENDING]\n\(Self.asks)"),
        ])
        #expect(found.stopped.map(\.description) == ["vm 100", "vm 102"])
    }

    @Test func `a wish that cannot be read is not taken for none`() throws {
        let found = try guests([
            (100, "pve1", "args: -efi-firmware 'x\n"), (101, "pve2", "args: 'x\n"),
        ])
        #expect(!found.isEmpty)
        #expect(found.unknown.map { $0.hasPrefix("vm 100: args: ") } == [true])
        #expect(found.summary.hasPrefix("it is not known who else asks for firmware (vm 100"))
    }
}
