import Planning
import Testing

struct VolumeIDTests {
    @Test(arguments: [
        ("local:100/vm-100-disk-0.raw", "local", "100/vm-100-disk-0.raw"),
        ("a1:x", "a1", "x"),
        ("A-b_c.9:with:colon", "A-b_c.9", "with:colon"),
    ])
    func `storage and name are what stands around the first colon`(
        text: String,
        storage: String,
        name: String,
    ) throws {
        let volume = try VolumeID(parsing: text)
        #expect(volume.storage.text == storage)
        #expect(volume.name == name)
        #expect(volume.description == text)
    }

    @Test(
        arguments: [
            ("", .empty),
            ("/usr/share/x.fd", .absolutePath("/usr/share/x.fd")),
            ("/a:b", .absolutePath("/a:b")),
            ("x.fd", .missingColon(volume: "x.fd")),
            ("a:x", .badStorageID(volume: "a:x", found: "a")),
            (":x", .badStorageID(volume: ":x", found: "")),
            ("1a:x", .badStorageID(volume: "1a:x", found: "1a")),
            ("a-:x", .badStorageID(volume: "a-:x", found: "a-")),
            ("a b:x", .badStorageID(volume: "a b:x", found: "a b")),
            ("../a:x", .badStorageID(volume: "../a:x", found: "../a")),
            ("local:a\0b", .controlCharacter(volume: "local:a\0b")),
            ("local:a\n", .controlCharacter(volume: "local:a\n")),
            ("\n", .controlCharacter(volume: "\n")),
            ("local:a\u{7F}", .controlCharacter(volume: "local:a\u{7F}")),
        ] as [(String, VolumeIDError)]
    )
    func `what names no volume is refused with its reason`(text: String, error: VolumeIDError) {
        #expect(throws: error) { try VolumeID(parsing: text) }
        #expect(!error.message.utf8.contains { $0 < 0x20 })
        #expect(error.exitStatus == .configuration)
    }

    @Test func `a storage ID in Cyrillic letters is none`() {
        // 'local' with the Cyrillic letter o.
        let text = "l\u{043E}cal:efi-firmware/x.fd"
        #expect(throws: VolumeIDError.self) { try VolumeID(parsing: text) }
    }

    @Test func `a colon with nothing behind it names nothing`() throws {
        let storage = try #require(StorageID("local"))
        #expect(throws: VolumeIDError.missingName(storage: storage)) {
            try VolumeID(parsing: "local:")
        }
    }

    @Test func `what is not UTF-8 is refused`() {
        let bytes = ByteString(Array("local:a".utf8) + [0xFF])
        #expect(throws: VolumeIDError.notUTF8(volume: bytes)) { try VolumeID(parsing: bytes) }
    }

    @Test func `the length has a bound, and the message does not repeat what is beyond it`() throws
    {
        let prefix = "local:"
        let limit = VolumeID.maximumByteCount
        let longest = prefix + String(repeating: "a", count: limit - prefix.utf8.count)
        #expect(try VolumeID(parsing: longest).name.utf8.count == limit - prefix.utf8.count)
        let error = VolumeIDError.tooLong(byteCount: limit + 1, limit: limit)
        #expect(throws: error) { try VolumeID(parsing: longest + "a") }
        #expect(error.message.utf8.count < 100)
    }

    @Test func `a path is told what to do with it`() {
        let error = VolumeIDError.absolutePath("/srv/x.fd")
        #expect(error.message == "'/srv/x.fd' is a path, not a volume ID")
        #expect(error.hint?.contains("'dir:' section") == true)
    }
}

struct FirmwareVolumeIDTests {
    @Test(arguments: [
        ("local:efi-firmware/x.fd", FirmwareVolumeID.Content.efiFirmware, "x.fd"),
        ("local:efi-firmware/a..b", .efiFirmware, "a..b"),
        ("local:firmware/x.fd", .firmware, "x.fd"),
        ("nas-1:snippets/OVMF_4M+sb=1.fd", .snippets, "OVMF_4M+sb=1.fd"),
        ("local:iso/x.img", .iso, "x.img"),
        ("local:iso/x.IMG", .iso, "x.IMG"),
        ("local:import/x.raw", .imports, "x.raw"),
    ])
    func `a firmware image is one file of one kind of content`(
        text: String,
        content: FirmwareVolumeID.Content,
        file: String,
    ) throws {
        let volume = try FirmwareVolumeID(parsing: text)
        #expect(volume.content == content)
        #expect(volume.fileName == file)
        #expect(volume.description == text)
    }

    @Test(
        arguments: [
            ("local:x.fd", "not a firmware image"),
            ("local:100/vm-100-disk-0.raw", "not a firmware image"),
            ("local:EFI-firmware/x.fd", "not a firmware image"),
            ("local:/efi-firmware/x.fd", "not a firmware image"),
            ("local:efi-firmware", "not a firmware image"),
            ("local:Firmware/x.fd", "not a firmware image"),
            ("local:firmware", "not a firmware image"),
            ("local:firmware/", "no file name"),
            ("local:firmware/a/b.fd", "a subdirectory"),
            ("local:firmware/../efi-firmware/x", "'..' leads out"),
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
            ("local:iso/x.iso", "not a raw image"),
            ("local:iso/img", "not a raw image"),
            ("local:iso/x.img.fd", "not a raw image"),
            ("local:import/x.RAW", "not a raw image"),
            ("local:import/x.qcow2", "not a raw image"),
            ("local:import/x.img", "not a raw image"),
            ("local:import/raw", "not a raw image"),
            ("local:import/.raw", "starts with a dot"),
            ("local:import/x.ova/y.raw", "a subdirectory"),
        ]
    )
    func `what firmware cannot come from is refused with its reason`(
        text: String,
        part: String,
    ) throws {
        // As a volume of anything else it may be good.
        _ = try VolumeID(parsing: text)
        let error = try #require(throws: VolumeIDError.self) { try FirmwareVolumeID(parsing: text) }
        #expect(error.message.contains(part), "\(error.message)")
        #expect(error.hint != nil)
    }

    @Test func `file names are as long as file systems take them`() throws {
        let longest = String(repeating: "a", count: 255)
        #expect(try FirmwareVolumeID(parsing: "local:snippets/\(longest)").fileName == longest)
        #expect(throws: VolumeIDError.self) {
            try FirmwareVolumeID(parsing: "local:snippets/\(longest)a")
        }
    }

    @Test func `a letter that only looks Latin is told by its number`() throws {
        let volume = try VolumeID(parsing: "local:efi-firmware/\u{0430}.fd")
        let error = VolumeIDError.unsafeCharacter(volume: volume, found: "\u{0430}")
        #expect(error.message.contains("(U+0430)"))
    }
}
