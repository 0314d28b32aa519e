import Planning
import Testing

struct FirmwareVolumeIDTests {
    @Test(arguments: [
        ("local:efi-firmware/x.fd", FirmwareVolume.Content.efiFirmware, "x.fd"),
        ("local:efi-firmware/a..b", .efiFirmware, "a..b"),
        ("nas-1:snippets/OVMF_4M+sb=1.fd", .snippets, "OVMF_4M+sb=1.fd"),
        ("local:iso/x.img", .iso, "x.img"),
        ("local:iso/x.IMG", .iso, "x.IMG"),
    ])
    func `a firmware volume is one file of one kind of content`(
        text: String,
        content: FirmwareVolume.Content,
        file: String,
    ) throws {
        let volume = try FirmwareVolume(parsing: text)
        #expect(volume.content == content)
        #expect(volume.fileName == file)
        #expect(volume.description == text)
    }

    @Test(
        arguments: [
            ("local:x.fd", "not a firmware volume"),
            ("local:100/vm-100-disk-0.raw", "not a firmware volume"),
            ("local:EFI-firmware/x.fd", "not a firmware volume"),
            ("local:/efi-firmware/x.fd", "not a firmware volume"),
            ("local:efi-firmware", "not a firmware volume"),
            ("local:efi-firmware/", "no file name"),
            ("local:efi-firmware/a/b.fd", "a subdirectory"),
            ("local:efi-firmware//b.fd", "a subdirectory"),
            ("local:efi-firmware/b.fd/", "a subdirectory"),
            ("local:efi-firmware/..", "'..' leads out"),
            ("local:efi-firmware/../x", "'..' leads out"),
            ("local:../efi-firmware/x", "'..' leads out"),
            ("local:efi-firmware/.", "starts with a dot"),
            ("local:efi-firmware/.x.fd", "starts with a dot"),
            ("local:efi-firmware/a b", "' ' in the file name"),
            ("local:efi-firmware/a,b", "',' in the file name"),
            ("local:efi-firmware/a:b", "':' in the file name"),
            ("local:efi-firmware/a\\b", "'\\\\' in the file name"),
            ("local:efi-firmware/a%2fb", "'%' in the file name"),
            // Cyrillic, a fraction slash, a letter that Unicode also writes in two.
            ("local:efi-firmware/\u{0430}.fd", "(U+0430) in the file name"),
            ("local:efi-firmware/a\u{2044}b", "(U+2044) in the file name"),
            ("local:efi-firmware/\u{E9}.fd", "(U+00E9) in the file name"),
            ("local:efi-firmware/e\u{301}", "(U+0301) in the file name"),
            ("local:iso/x.iso", "not a disk image"),
            ("local:iso/img", "not a disk image"),
            ("local:iso/x.img.fd", "not a disk image"),
        ]
    )
    func `what firmware cannot come from is refused with its reason`(
        text: String,
        part: String,
    ) throws {
        // As a volume of anything else it may be good.
        _ = try VolumeID(parsing: text)
        let error = try #require(throws: VolumeIDError.self) { try FirmwareVolume(parsing: text) }
        #expect(error.message.contains(part), "\(error.message)")
        #expect(error.hint != nil)
    }

    @Test func `file names are as long as file systems take them`() throws {
        let longest = String(repeating: "a", count: 255)
        #expect(try FirmwareVolume(parsing: "local:snippets/\(longest)").fileName == longest)
        #expect(throws: VolumeIDError.self) {
            try FirmwareVolume(parsing: "local:snippets/\(longest)a")
        }
    }

    @Test func `a letter that only looks Latin is told by its number`() throws {
        let volume = try VolumeID(parsing: "local:efi-firmware/\u{0430}.fd")
        let error = VolumeIDError.unsafeCharacter(volume: volume, found: "\u{0430}")
        #expect(error.message.contains("(U+0430)"))
    }
}
