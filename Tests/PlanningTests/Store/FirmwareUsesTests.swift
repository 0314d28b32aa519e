import Planning
import Testing

struct FirmwareUsesTests {
    private func guest(_ vmid: UInt32, on node: String = "pve1", _ text: String) -> LocatedGuest {
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
        return FirmwareUses(
            guests: guests,
            sections: try configuration.virtualMachines(),
            node: "pve1"
        )
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
        let volume = try FirmwareVolume(parsing: "local:efi-firmware/a.fd")
        #expect(
            uses.users(of: volume).map(\.description) == [
                "vm 100", "vm 101 on pve2", "vm 101 on pve2 (snapshot before)",
                "vm 102 (pending)", "vm 'web'",
            ]
        )
        #expect(uses.problems.isEmpty)
    }

    @Test func `a VM whose wish cannot be read is no VM without a wish`() throws {
        let uses = try uses([guest(100, "args: -efi-firmware 'local:efi-firmware/a.fd\n")])
        #expect(uses.all.isEmpty)
        #expect(uses.problems.map(\.user.description) == ["vm 100"])
    }
}
