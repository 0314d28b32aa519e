import Planning
import TestSupport
import Testing

struct SectionEditTests {
    private func edit(_ text: String) throws -> SectionEdit {
        try SectionEdit(Array(text.utf8), file: "test.conf")
    }

    private func text(_ edit: SectionEdit) -> String {
        String(decoding: edit.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("", "vm: 100\n\tseccomp log\n"),
        ("# remark", "# remark\n\nvm: 100\n\tseccomp log\n"),
        ("vm: 100\n\tspawn deny\n", "vm: 100\n\tspawn deny\n\tseccomp log\n"),
        ("vm: 100\n\tspawn deny", "vm: 100\n\tspawn deny\n\tseccomp log\n"),
        ("vm: 100\n", "vm: 100\n\tseccomp log\n"),
        (
            "vm: 100\n# why\n\tseccomp   off\n\tspawn deny\n\nvm: 101\n\tseccomp off\n",
            "vm: 100\n# why\n\tseccomp log\n\tspawn deny\n\nvm: 101\n\tseccomp off\n"
        ),
        (
            "vm: 100\n\tspawn deny\n\n# of 101\nvm: 101\n\tseccomp off\n",
            "vm: 100\n\tspawn deny\n\tseccomp log\n\n# of 101\nvm: 101\n\tseccomp off\n"
        ),
    ])
    func `a setting is written where it belongs, and nothing else changes`(
        before: String,
        after: String
    ) throws {
        var edit = try edit(before)
        try edit.set("seccomp", to: "log", in: "vm", "100")
        #expect(text(edit) == after)
    }

    @Test(arguments: [
        ("vm: 100\n\tseccomp log\n\tspawn deny\n", "vm: 100\n\tspawn deny\n", true),
        ("vm: 101\n\tspawn deny\n\nvm: 100\n\tseccomp log\n", "vm: 101\n\tspawn deny\n\n", true),
        ("vm: 100\n\tseccomp log\n\nvm: 101\n\tspawn deny\n", "vm: 101\n\tspawn deny\n", true),
        ("vm: 100\n\tspawn deny\n", "vm: 100\n\tspawn deny\n", false),
        ("vm: 101\n\tseccomp log\n", "vm: 101\n\tseccomp log\n", false),
    ])
    func `a setting is taken out, and an empty section with it`(
        before: String,
        after: String,
        isChanged: Bool
    ) throws {
        var edit = try edit(before)
        #expect(try edit.unset("seccomp", in: "vm", "100") == isChanged)
        #expect(text(edit) == after)
    }

    @Test(arguments: [
        ("seccomp", "on"), ("nonsense", "1"), ("firmware", "/x"), ("seccomp", "log\n"),
        ("#seccomp", "log"), ("", "log"),
    ])
    func `what the launcher would not accept is not written`(key: String, value: String) throws {
        var edit = try edit("vm: 100\n\tspawn deny\n")
        let error = #expect(throws: ConfigurationError.self) {
            try edit.set(key, to: value, in: "vm", "100")
        }
        _ = error
        #expect(text(edit) == "vm: 100\n\tspawn deny\n")
    }

    /// A UUID in capitals, a path with more slashes than it needs.
    @Test(arguments: [
        (
            "vm", "7B10D7AF-b932-4c66-b2c3-3996152EC465", "7b10d7af-b932-4c66-b2c3-3996152ec465",
            "spawn", "deny"
        ),
        ("firmware", "/usr//share/OVMF/a.fd", "/usr/share/OVMF/a.fd", "comment", "ours"),
    ])
    func `a section is found however its ID is written`(
        type: String,
        written: String,
        meant: String,
        key: String,
        value: String,
    ) throws {
        let digest = "sha256 \(String(repeating: "0", count: 64))"
        let first = type == "vm" ? "seccomp log" : digest
        var edit = try edit("\(type): \(written)\n\t\(first)\n")
        try edit.set(key, to: value, in: type, meant)
        #expect(text(edit) == "\(type): \(written)\n\t\(first)\n\t\(key) \(value)\n")
        let twice = "\(type): \(written)\n\t\(first)\n\(type): \(meant)\n\t\(first)\n"
        let error = #expect(throws: ConfigurationError.self) {
            _ = try LauncherConfiguration(parsing: Array(twice.utf8), file: "test.conf")
                .virtualMachines()
        }
        #expect(error?.message.contains("already defined in line 1") == true)
    }

    @Test func `of a setting that was given several times, one is left`() throws {
        var edit = try edit("vm: 100\n\tpermit device:a\n\tpermit device:b\n\tspawn deny\n")
        #expect(edit.values("permit", in: "vm", "100") == ["device:a", "device:b"])
        try edit.set("permit", to: "device:c", in: "vm", "100")
        #expect(text(edit) == "vm: 100\n\tpermit device:c\n\tspawn deny\n")
    }
}

struct FirmwareReplacementTests {
    private static let zeros = String(repeating: "0", count: 64)
    private static let before = """
        launcher: defaults
        \tdefault-firmware local:efi-firmware/a.fd

        # our appliances
        firmware: local:efi-firmware/a.fd
        \tsha256 \(zeros)
        \tguest normal
        \taccept FW-W02
        \taccept FW-W07
        \ttag nsv
        \tcomment NSv

        vm: 100
        \tfirmware local:efi-firmware/a.fd
        \tspawn deny

        vm: 101
        \tfirmware local:efi-firmware/other.fd

        vm: web
        \tfirmware local:efi-firmware/a.fd

        firmware: local:efi-firmware/b.fd
        \tsha256 \(zeros)

        """

    private func replacement() throws -> FirmwareReplacement {
        FirmwareReplacement(
            try FirmwareVolumeID(parsing: "local:efi-firmware/a.fd"),
            by: try FirmwareVolumeID(parsing: "local:efi-firmware/b.fd")
        )
    }

    @Test func `everything that named the old image names the new one, and back`() throws {
        var edit = try SectionEdit(Array(Self.before.utf8), file: "test.conf")
        let changes = try #require(try replacement().changes(in: edit))
        #expect(changes == .init(sections: ["100", "web"], tag: "nsv", isDefault: true))
        try replacement().apply(changes, to: &edit)
        let text = String(decoding: edit.bytes, as: UTF8.self)
        #expect(
            text.hasPrefix(
                "launcher: defaults\n\tdefault-firmware local:efi-firmware/b.fd\n\n# our appliances\n"
            )
        )
        #expect(edit.values("firmware", in: "vm", "101") == ["local:efi-firmware/other.fd"])
        let new = "local:efi-firmware/b.fd"
        #expect(edit.values("firmware", in: "vm", "web") == [new])
        #expect(edit.values("tag", in: "firmware", new) == ["nsv"])
        #expect(edit.values("guest", in: "firmware", new) == ["normal"])
        #expect(edit.values("accept", in: "firmware", new) == ["FW-W02,FW-W07"])
        #expect(edit.values("tag", in: "firmware", "local:efi-firmware/a.fd").isEmpty)

        // Somebody has pointed one elsewhere meanwhile.
        try edit.set("firmware", to: "local:efi-firmware/other.fd", in: "vm", "web")
        #expect(try replacement().takeBack(changes, in: &edit).sections == ["100"])
        #expect(edit.values("firmware", in: "vm", "100") == ["local:efi-firmware/a.fd"])
        #expect(
            edit.values("default-firmware", in: "launcher", "defaults")
                == ["local:efi-firmware/a.fd"]
        )
        #expect(edit.values("firmware", in: "vm", "web") == ["local:efi-firmware/other.fd"])
        #expect(edit.values("tag", in: "firmware", "local:efi-firmware/a.fd") == ["nsv"])
    }

    @Test(arguments: [
        ("-efi-firmware local:efi-firmware/a.fd", "-efi-firmware local:efi-firmware/b.fd"),
        (
            "-cpu host -efi-firmware local:efi-firmware/a.fd,sha256=\(zeros) -m 1",
            "-cpu host -efi-firmware local:efi-firmware/b.fd,sha256=\(ones) -m 1"
        ),
        (
            "-efi-firmware 'local:efi-firmware/a.fd' -name 'x y'",
            "-efi-firmware 'local:efi-firmware/b.fd' -name 'x y'"
        ),
    ])
    func `args are changed word for word`(before: String, after: String) throws {
        let digest = try Digest(.sha256, hex: Self.ones)
        let text = ArgsReplacement.text(
            ByteString(before),
            try replacement(),
            digest: digest,
            of: 100
        )
        #expect(text == after)
    }

    private static let ones = String(repeating: "1", count: 64)

    @Test(arguments: [
        "-efi-firmware local:efi-firmware/other.fd", "-efi-firmware local:efi-firmware/a.fdx",
        #"-efi-firmware loc\al:efi-firmware/a.fd"#,
        "-name local:efi-firmware/a.fd -efi-firmware local:efi-firmware/a.fd",
    ])
    func `what is not understood is not changed`(text: String) throws {
        let digest = try Digest(.sha256, hex: Self.ones)
        let new = ArgsReplacement.text(
            ByteString(text),
            try replacement(),
            digest: digest,
            of: 100
        )
        #expect(new == nil)
    }
}
