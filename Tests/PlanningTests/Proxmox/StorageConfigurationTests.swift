import Planning
import SystemPackage
import Testing

struct StorageConfigurationTests {
    private func storages(
        _ text: String?,
        launcher: String = "",
    ) throws(ConfigurationError) -> StorageConfiguration {
        let launcher = try LauncherConfiguration(parsing: Array(launcher.utf8), file: "test.conf")
        return try StorageConfiguration(launcher, storageConfiguration: text.map { Array($0.utf8) })
    }

    private func location(
        _ volume: String,
        _ text: String?,
        launcher: String = "",
    ) throws -> FirmwareLocation {
        try storages(text, launcher: launcher)
            .firmwareLocation(of: FirmwareVolumeID(parsing: volume), on: "pve1")
    }

    @Test(
        arguments: [
            // `local` is there without any definition, and cannot be made another.
            (nil, "local:efi-firmware/a.fd", "/var/lib/vz"),
            ("dir: local\n\tpath /elsewhere\n", "local:efi-firmware/a.fd", "/var/lib/vz"),
            ("nfs: local\n\tserver a\n\texport /b\n", "local:efi-firmware/a.fd", "/var/lib/vz"),
            ("dir: local\n\tpath /var/lib/vz\n\tnodes other\n", "local:snippets/a", "/var/lib/vz"),
            ("DIR: demo\n\tpath /a/b/\n", "demo:efi-firmware/a.fd", "/a/b"),
            ("nfs: n1\n\tserver a\n\texport /b\n", "n1:efi-firmware/a.fd", "/mnt/pve/n1"),
            ("nfs: n1\n\tserver a\n\texport /b\n\tpath /c\n", "n1:efi-firmware/a.fd", "/c"),
            ("cifs: n1\n\tserver a\n\tshare b\n", "n1:efi-firmware/a.fd", "/mnt/pve/n1"),
            ("cephfs: n1\n", "n1:efi-firmware/a.fd", "/mnt/pve/n1"),
            ("btrfs: n1\n\tpath /d\n", "n1:efi-firmware/a.fd", "/d"),
            ("acme: n1\n\tpath /d\n\tfoo bar\n", "n1:efi-firmware/a.fd", "/d"),
            ("dir: n1\n\tpath /d\n\tnodes pve1,pve2\n", "n1:efi-firmware/a.fd", "/d"),
            // Only 0, 1 and nothing are booleans; what else stands there is dropped.
            ("dir: n1\n\tpath /d\n\tdisable yes\n", "n1:efi-firmware/a.fd", "/d"),
            ("dir: n1\n\tpath /d\n\tdisable 0\n", "n1:efi-firmware/a.fd", "/d"),
            // The first of two settings counts, unless Proxmox dropped it; the last of two sections.
            ("dir: n1\n\tpath /d\n\tpath /e\n", "n1:efi-firmware/a.fd", "/d"),
            ("dir: n1\n\tpath d\n\tpath /e\n", "n1:efi-firmware/a.fd", "/e"),
            ("dir: n1\n\tpath /d\n\ndir: n1\n\tpath /e\n", "n1:efi-firmware/a.fd", "/e"),
            ("dir: n1\n\tpath /d\n\nacme: n1\n\tfoo /e\n", "n1:efi-firmware/a.fd", "/d"),
            // An unknown content type in 'content' is none of our business.
            ("dir: n1\n\tpath /d\n\tcontent efi-firmware,iso\n", "n1:efi-firmware/a.fd", "/d"),
            // A swallowed header: what follows is a second path of the first storage.
            ("dir: n1\n\tpath /d\ndir: n2\n\tpath /e\n", "n1:efi-firmware/a.fd", "/d"),
        ] as [(String?, String, FilePath)]
    )
    func `a storage is where Proxmox sees it`(text: String?, volume: String, root: FilePath) throws
    {
        #expect(try location(volume, text).root == root)
    }

    @Test(arguments: [
        ("", "n1:efi-firmware/a.fd", "does not exist"),
        ("dir: n1\n\tpath /d\n\tdisable\n", "n1:efi-firmware/a.fd", "is disabled"),
        ("dir: n1\n\tpath /d\n\tdisable 1\n", "n1:efi-firmware/a.fd", "storage.cfg line 1"),
        ("dir: local\n\tpath /var/lib/vz\n\tdisable\n", "local:efi-firmware/a.fd", "is disabled"),
        ("dir: n1\n\tpath /d\n\tnodes a,b\n", "n1:efi-firmware/a.fd", "expected 'a' or 'b'"),
        ("dir: n1\n\tpath /d\n\tnodes ,\n", "n1:efi-firmware/a.fd", "no node at all"),
        ("dir: n1\n\tcontent iso\n", "n1:efi-firmware/a.fd", "path is missing"),
        ("dir: n1\n\tpath /d e\n", "n1:efi-firmware/a.fd", "path is missing or not valid"),
        ("dir: n1\n\tpath relative\n", "n1:efi-firmware/a.fd", "path is missing"),
        ("nfs: n1\n\tserver a\n", "n1:efi-firmware/a.fd", "export is missing"),
        ("dir: n1\n\tpath /d\n\ndir: n1\n", "n1:efi-firmware/a.fd", "line 4"),
        ("acme: n1\n\tfoo /d\n", "n1:efi-firmware/a.fd", "'acme' is not known"),
        ("dir: n1\n\tpath /d\ndir: n2\n\tpath /e\n", "n2:efi-firmware/a.fd", "does not exist"),
        (
            "rbd: n1\n\tpool p\n", "n1:efi-firmware/a.fd",
            "rbd storage holds block images, not files"
        ),
        (
            "lvmthin: n1\n\tvgname v1\n\tthinpool t1\n", "n1:snippets/a",
            "lvmthin storage holds block"
        ),
        ("zfspool: n1\n\tpool p\n\tpath /d\n", "n1:snippets/a", "zfspool storage holds block"),
        ("pbs: n1\n\tserver a\n", "n1:snippets/a", "holds backups"),
        ("esxi: n1\n\tserver a\n", "n1:snippets/a", "disks to import"),
        ("iscsi: n1\n\tportal a\n", "n1:snippets/a", "iscsi storage holds block"),
    ])
    func `a storage that cannot be used is refused with its reason`(
        text: String,
        volume: String,
        part: String,
    ) throws {
        let error = try #require(throws: VolumeError.self) { try location(volume, text) }
        #expect(error.message.contains(part), "\(error.message)")
        #expect(error.exitStatus == .configuration)
        #expect(error.hint != nil)
    }

    @Test func `firmware is in the first of two directories, or where an override says`() throws {
        let text = "dir: n1\n\tpath /d\n\ndir: n2\n\tpath /e\n\tcontent-dirs efi-firmware=/fw\n"
        let standard = try location("n1:efi-firmware/a.fd", text)
        #expect(standard.directories == ["template/efi-firmware", "efi-firmware"])
        #expect(standard.fileName == "a.fd")
        #expect(try location("n2:efi-firmware/a.fd", text).directories == ["fw"])
        #expect(try location("n2:iso/a.img", text).directories == ["template/iso"])
    }

    @Test func `overrides of directories are no setting of btrfs`() throws {
        let text = "btrfs: n1\n\tpath /d\n\tcontent-dirs snippets=s\n"
        #expect(try location("n1:snippets/a", text).directories == ["snippets"])
        let warnings = try storages(text).survey().warnings
        #expect(warnings.map(\.cause) == [.unexpectedKey("content-dirs")])
    }

    @Test func `storages of launcher conf stand beside those of Proxmox`() throws {
        let launcher = "dir: demo\n\tpath /srv/demo\n"
        let text = "dir: n1\n\tpath /d\n"
        #expect(
            try location("demo:snippets/a", text, launcher: launcher).root == "/srv/demo"
        )
        #expect(try location("n1:snippets/a", text, launcher: launcher).root == "/d")
        #expect(
            try storages(text, launcher: launcher).identifiers.map(\.text) == [
                "local", "demo", "n1",
            ]
        )
    }

    @Test func `one name in both files is an error that names both`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try storages("\n\nrbd: demo\n", launcher: "\ndir: demo\n\tpath /srv\n")
        }
        #expect(error.cause == .storageDefinedTwice(elsewhere: "/etc/pve/storage.cfg line 3"))
        #expect(error.file == "test.conf")
        #expect(error.line == 2)
        #expect(error.section == "dir: demo")
    }

    @Test func `what Proxmox ignores is a warning with its line`() throws {
        let text = """
            hello
            dir: n1
            \tpath /d
            \tshared yes
            \tnodes a_b
            \tfoo
            \tpath /e
            \tdisable yes

            dir: 1x
            \tpath /y

            acme: n3
            \tfoo

            """
        let survey = try storages(text).survey()
        #expect(survey.storages.map(\.id.text) == ["local", "n1"])
        #expect(survey.warnings.map(\.line) == [1, 5, 6, 7, 8, 10, 13])
        #expect(
            survey.warnings[1].cause
                == .badValue(key: "nodes", found: "a_b", expected: "node names")
        )
        #expect(survey.warnings[5].cause == .badStorageID)
        #expect(survey.warnings.allSatisfy { $0.message.hasPrefix("/etc/pve/storage.cfg line ") })
    }

    @Test(
        arguments: [
            ("1", "/d"), ("yes", "/d"), ("ON", "/d"), ("0", nil), ("No", nil), ("/m", "/m"),
        ] as [(String, FilePath?)]
    )
    func `a mount point is a boolean in any spelling, or a path`(
        value: String,
        expected: FilePath?,
    ) throws {
        let text = "dir: n1\n\tpath /d\n\tis_mountpoint \(value)\n"
        let storage = try #require(try storages(text).survey().storages.last)
        #expect(storage.mountPoint == expected)
    }

    @Test func `a storage that does not exist is told which do`() throws {
        let error = try #require(throws: VolumeError.self) {
            try location("nas:efi-firmware/a.fd", "dir: n1\n\tpath /d\n")
        }
        #expect(
            error.message == "volume 'nas:efi-firmware/a.fd': storage 'nas' does not exist"
        )
        #expect(error.hint == "there are 'local', 'n1'")
    }

    @Test func `bytes that are no text neither trap nor become a path`() throws {
        let bytes = Array("dir: n1\n\tpath /d".utf8) + [0xFF, 0x0A] + Array("nfs: n2\n".utf8)
        let launcher = LauncherConfiguration.defaults
        let storages = try StorageConfiguration(launcher, storageConfiguration: bytes)
        #expect(storages.survey().storages.map(\.id.text) == ["local"])
        let zero = Array("nfs: n2\n\tserver a\n\texport b\n\tpath /d\0e\n".utf8)
        let other = try StorageConfiguration(launcher, storageConfiguration: zero)
        // A path with a NUL is dropped, and the default takes its place.
        #expect(other.survey().storages.last?.path == "/mnt/pve/n2")
    }
}

struct ContentDirectoriesTests {
    @Test func `without overrides directories are where Proxmox has them`() {
        let directories = ContentDirectories.standard
        #expect(
            directories.directories(for: .efiFirmware) == ["template/efi-firmware", "efi-firmware"]
        )
        #expect(directories.directories(for: .firmware) == ["template/firmware"])
        #expect(directories.directories(for: .snippets) == ["snippets"])
        #expect(directories.directories(for: .iso) == ["template/iso"])
        #expect(directories.directories(for: .imports) == ["import"])
        #expect(directories.images == "images")
    }

    @Test func `an override is the only directory`() throws {
        let text = "efi-firmware=fw/uefi, iso=media;images=//disks//vm/ firmware=fw/new"
        let directories = try #require(
            ContentDirectories(parsing: text, allowsLeadingSlash: true)
        )
        #expect(directories.directories(for: .efiFirmware) == ["fw/uefi"])
        #expect(directories.directories(for: .firmware) == ["fw/new"])
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
