import Planning
import Testing

struct ContentDirectoriesTests {
    @Test func `without overrides directories are where Proxmox has them`() {
        let directories = ContentDirectories.standard
        #expect(
            directories.directories(for: .efiFirmware) == ["template/efi-firmware", "efi-firmware"]
        )
        #expect(directories.directories(for: .snippets) == ["snippets"])
        #expect(directories.directories(for: .iso) == ["template/iso"])
        #expect(directories.images == "images")
    }

    @Test func `an override is the only directory`() throws {
        let text = "efi-firmware=fw/uefi, iso=media;images=//disks//vm/"
        let directories = try #require(
            ContentDirectories(parsing: text, allowsLeadingSlash: true)
        )
        #expect(directories.directories(for: .efiFirmware) == ["fw/uefi"])
        #expect(directories.directories(for: .iso) == ["media"])
        #expect(directories.directories(for: .snippets) == ["snippets"])
        #expect(directories.images == "disks/vm")
    }

    @Test(arguments: ["iso=.hidden", "iso=a.b", "iso=a.b/c.d", "", "iso=a=b"])
    func `harmless dots and signs are accepted`(text: String) {
        #expect(ContentDirectories(parsing: text, allowsLeadingSlash: false) != nil)
    }

    @Test(arguments: [
        "iso", "iso=", "=a", "ISO=a", "efi_firmware=a", "iso=..", "iso=../a", "iso=a/../b",
        "iso=a..b", "iso=a.", "iso=a/./b", "iso=./a", "iso=/", "iso=ok,snippets=../x",
        "iso=" + String(repeating: "a", count: 255),
        "iso=" + String(repeating: "aaaaaaa/", count: 128),
    ])
    func `an override that could leave the storage breaks the list`(text: String) {
        #expect(ContentDirectories(parsing: text, allowsLeadingSlash: true) == nil)
    }

    @Test func `a leading slash is Proxmox's habit, not ours`() {
        #expect(ContentDirectories(parsing: "iso=/a", allowsLeadingSlash: true) != nil)
        #expect(ContentDirectories(parsing: "iso=/a", allowsLeadingSlash: false) == nil)
    }
}
