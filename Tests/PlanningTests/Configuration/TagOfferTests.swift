import TestSupport
import Testing

@testable import Planning

/// Firmware that a VM chose by a tag.
struct TagOfferTests {
    private static let other = "demo:efi-firmware/other.fd"
    private static let configuration = """
        \(PlannedLaunch.configuration.dropLast())
        \ttag Nsv-7

        firmware: \(other)
        \tsha256 \(PlannedLaunch.digest)
        \ttag other

        """
    private static let virtualMachine: [ByteString] = [
        "-id", "100", "-drive", "if=pflash,unit=0,file=/x",
    ]

    private static func known(_ text: String) -> KnownGuest {
        .read(GuestConfiguration(parsing: Array(text.utf8), vmid: 100), file: "/pve/100.conf")
    }

    private func choice(
        _ tags: String,
        _ words: [ByteString] = [],
        _ sections: String = "",
    ) throws -> FirmwareChoice? {
        try PlannedLaunch(
            Self.virtualMachine + words,
            configuration: Self.configuration + sections,
            guest: Self.known(tags)
        ).choice
    }

    private func refusal(
        _ guest: KnownGuest,
        _ words: [ByteString] = [],
        _ sections: String = "",
    ) -> (any Failure)? {
        PlannedLaunch.refusal(
            Self.virtualMachine + words,
            configuration: Self.configuration + sections,
            guest: guest
        )
    }

    @Test(arguments: ["tags: nsv-7\n", "tags: a;NSV-7;b\n", "name: x\ntags: nsv-7,nsv-7\n"])
    func `a tag chooses the image that offers itself by it`(text: String) throws {
        let choice = try #require(try choice(text))
        #expect(choice.name == PlannedLaunch.volume)
        #expect(choice.pins.map(\.origin) == ["launcher.conf line 5"])
        let line = text.hasPrefix("name") ? 2 : 1
        #expect(
            choice.origin
                == "tag 'nsv-7' of /pve/100.conf line \(line) (launcher.conf line 6)"
        )
    }

    @Test(arguments: [
        "", "tags: nsv\n", "tags: nsv-71\n", "#tags: nsv-7\n", "[before]\ntags: nsv-7\n",
        "[PENDING]\ntags: nsv-7\n", "name: nsv-7\n", "tags: nsv-7\ntags: web\n",
    ])
    func `a VM without such a tag starts as before`(text: String) throws {
        #expect(try choice(text) == nil)
    }

    @Test func `whoever else asks has to ask for the same image`() throws {
        let section = "\nvm: 100\n\tfirmware \(PlannedLaunch.volume)\n"
        let option: [ByteString] = ["-efi-firmware", ByteString(PlannedLaunch.volume)]
        #expect(try choice("tags: nsv-7\n", option)?.origin == "option -efi-firmware")
        #expect(try choice("tags: nsv-7\n", [], section)?.origin == "launcher.conf line 13")
        #expect(try choice("tags: nsv-7\n", option, section) != nil)
        #expect(
            refusal(Self.known("tags: other\n"), option)?.message
                == "option -efi-firmware names '\(PlannedLaunch.volume)', but tag 'other' of"
                + " /pve/100.conf line 1 (launcher.conf line 10) names '\(Self.other)'"
        )
        let refused = refusal(Self.known("tags: other\n"), [], section)
        #expect(refused?.exitStatus == .configuration)
        #expect(refused?.message.hasPrefix("launcher.conf line 13 names ") == true)
    }

    @Test func `two offers are no choice`() {
        let refused = refusal(Self.known("tags: other;nsv-7\n"))
        #expect(refused?.exitStatus == .configuration)
        #expect(
            refused?.message == "/pve/100.conf: the tags ask for several images: 'nsv-7' for"
                + " \(PlannedLaunch.volume) (launcher.conf line 6), 'other' for \(Self.other)"
                + " (launcher.conf line 10)"
        )
    }

    @Test(arguments: [[], ["-efi-firmware", "demo:efi-firmware/ovmf.fd"]] as [[ByteString]])
    func `a VM whose configuration cannot be read is refused while there are tags`(
        words: [ByteString]
    ) throws {
        let why = LaunchFailure(PlanningError.guestNotRead(100))
        #expect(refusal(.unreadable(why), words)?.message == why.message)
        #expect(
            refusal(Self.known("tags: a!\n"), words)?.message
                == "/pve/100.conf line 1: tags: not a tag (expected letters, digits, '-', '_', '+'"
                + " and '.', found 'a!')"
        )
        // Nobody may forget to read it.
        #expect(refusal(.notNeeded, words)?.exitStatus == .software)
    }

    @Test func `without tags in launcher.conf nobody reads a VM's configuration`() throws {
        let why = LaunchFailure(PlanningError.notAVMID("x"))
        let plain = try PlannedLaunch(Self.virtualMachine, guest: .unreadable(why))
        #expect(plain.choice == nil)
        let offering = try LauncherConfiguration(
            parsing: Array(Self.configuration.utf8),
            file: "launcher.conf"
        )
        let bare = try LauncherConfiguration(
            parsing: Array(PlannedLaunch.configuration.utf8),
            file: "launcher.conf"
        )
        #expect(Planner.guestToRead(for: plain.request, bare) == nil)
        #expect(Planner.guestToRead(for: plain.request, offering) == 100)
    }

    @Test func `a VM of nobody's has no tags, and one with an odd ID is refused`() throws {
        let byHand = try PlannedLaunch(
            ["-drive", "if=pflash,unit=0,file=/x"],
            configuration: Self.configuration
        )
        #expect(byHand.choice == nil)
        for id in ["99", "0100", "x", "-1", "1e3"] as [ByteString] {
            let refused = PlannedLaunch.refusal(["-id", id], configuration: Self.configuration)
            #expect(refused?.exitStatus == .usage)
        }
        // A question starts no VM.
        #expect(
            try PlannedLaunch(["-id", "100", "-version"], configuration: Self.configuration).choice
                == nil
        )
    }
}
