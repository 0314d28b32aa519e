import Planning
import SystemPackage
import Testing

struct LauncherConfigurationTests {
    private func parse(_ text: String) throws(ConfigurationError) -> LauncherConfiguration {
        try LauncherConfiguration(parsing: Array(text.utf8), file: "test.conf")
    }

    private static let sha256 = String(repeating: "ab", count: 32)
    private static let codes = ImageWarning.Code.allCases.map(\.rawValue)
    private static let lastCode = codes.last ?? ""
    /// One that no warning has yet.
    private static let unknownCode =
        "FW-W\((codes.compactMap { Int($0.suffix(2)) }.max() ?? 0) + 1)"

    @Test func `without a file the strict choices hold`() {
        let configuration = LauncherConfiguration.defaults
        #expect(configuration.file == "/etc/qemu-launcher/launcher.conf")
        #expect(configuration.qemu == nil)
        #expect(configuration.storageConfiguration.value == "/etc/pve/storage.cfg")
        #expect(configuration.seccomp == Setting(.enforce))
        #expect(configuration.spawn == Setting(.auto))
        #expect(configuration.stockFirmware == Setting(.allow))
        #expect(configuration.sevAttachment == Setting(.bios))
        #expect(configuration.readOnly.value == ReadOnlyProof.allCases)
        #expect(configuration.log == Setting(.syslog))
        #expect(configuration.debug == Setting(.deny))
        #expect(configuration.keptVariables == [])
    }

    @Test func `every setting is read with its line`() throws {
        let configuration = try parse(
            """
            launcher: defaults
            \tqemu /opt/qemu/bin/qemu-system-x86_64
            \tstorage-config /srv/storage.cfg
            \tseccomp log
            \tspawn deny
            \tstock-firmware verify
            \tsev-attachment pflash
            \tread-only mount, verity
            \tlog none
            \tdebug allow
            \tkeep-environment CEPH_ARGS, _a9
            \tkeep-environment KRB5_KTNAME
            """
        )
        #expect(configuration.qemu == Setting("/opt/qemu/bin/qemu-system-x86_64", line: 2))
        #expect(configuration.storageConfiguration == Setting("/srv/storage.cfg", line: 3))
        #expect(configuration.seccomp == Setting(.log, line: 4))
        #expect(configuration.spawn == Setting(.deny, line: 5))
        #expect(configuration.stockFirmware == Setting(.verify, line: 6))
        #expect(configuration.sevAttachment == Setting(.pflash, line: 7))
        #expect(configuration.readOnly == Setting([.mount, .verity], line: 8))
        #expect(configuration.log == Setting(.none, line: 9))
        #expect(configuration.debug == Setting(.allow, line: 10))
        #expect(configuration.keptVariables == ["CEPH_ARGS", "_a9", "KRB5_KTNAME"])
    }

    @Test func `a firmware section pins a volume or stock firmware`() throws {
        let configuration = try parse(
            """
            firmware: local:efi-firmware/x.fd
            \tsha256 \(Self.sha256.uppercased())
            \tsha384 \(String(repeating: "0", count: 96))
            \tguest sev-snp tdx
            \taccept FW-W02
            \taccept FW-W03, FW-W09
            \tcomment a b

            firmware:/usr/share/OVMF/OVMF.fd
            \tsha512 \(String(repeating: "1", count: 128))
            """
        )
        let volume = try FirmwareVolumeID(parsing: "local:efi-firmware/x.fd")
        let section = try #require(configuration.firmware(for: volume))
        #expect(section.digests.map(\.value.algorithm) == [.sha256, .sha384])
        #expect(section.digests.first?.value.hex == Self.sha256)
        #expect(section.pins(file: "f").map(\.origin) == ["f line 2", "f line 3"])
        #expect(section.guests == Setting([.sevSNP, .tdx], line: 4))
        #expect(section.accepted.map(\.value.rawValue) == ["FW-W02", "FW-W03", "FW-W09"])
        #expect(section.accepted.map(\.line) == [5, 6, 6])
        #expect(section.comment == "a b")

        let path: FilePath = "/usr/share//OVMF/./OVMF.fd"
        #expect(configuration.firmware(for: path)?.line == 9)
        #expect(configuration.firmware(for: "/usr/share/OVMF/OVMF.fd2") == nil)
    }

    @Test func `a vendor has keys, and a pin names one that may be gone`() throws {
        let configuration = try parse(
            """
            vendor: acme
            \tkey /etc/qemu-launcher/acme.pub
            \tcomment a b
            \tkey /etc/qemu-launcher/acme-2.asc

            firmware: local:efi-firmware/x.fd
            \tsha256 \(Self.sha256)
            \tsigned-by other

            firmware: local:efi-firmware/y.fd
            \tsha256 \(Self.sha256)
            \tsigned-by key:0123456789ABCDEF
            """
        )
        let vendor = try #require(configuration.vendor(named: "acme"))
        #expect(vendor.keys.map(\.line) == [2, 4])
        #expect(vendor.keys.map(\.value).last == "/etc/qemu-launcher/acme-2.asc")
        #expect(vendor.comment == "a b")
        #expect(configuration.vendor(named: "other") == nil)
        #expect(
            configuration.firmware.map(\.signer?.value) == [
                .vendor("other"), .key("0123456789ABCDEF"),
            ]
        )
        #expect(
            configuration.firmware[0].statedSigner(file: "f")
                == StatedSigner(signer: .vendor("other"), origin: "f line 8")
        )
    }

    @Test func `directory storages may be declared`() throws {
        let configuration = try parse(
            "dir: demo\n\tpath /srv/demo/\n\tnodes a;b\n\ncephfs: fs\n\tdisable\n"
        )
        #expect(configuration.storages.map(\.id.text) == ["demo", "fs"])
        #expect(configuration.storages.map(\.path) == ["/srv/demo", "/mnt/pve/fs"])
        #expect(configuration.storages.map(\.nodes) == [["a", "b"], nil])
        #expect(configuration.storages.map(\.isDisabled) == [false, true])
        #expect(configuration.storages[1].origin == .file("test.conf", line: 5))
    }

    @Test(arguments: [
        ("launcher: other", 1, "wrong ID"),
        ("launcher: defaults\n\tqemu bin/qemu", 2, "absolute path"),
        ("launcher: defaults\n\tqemu /usr/../tmp/qemu", 2, "absolute path"),
        ("launcher: defaults\n\tqemu", 2, "no value"),
        ("launcher: defaults\n\tseccomp yes", 2, "'enforce', 'log' or 'off'"),
        ("launcher: defaults\n\tlandlock on", 2, "'off', 'log' or 'enforce'"),
        ("launcher: defaults\n\tcapabilities none", 2, "'keep' or 'drop'"),
        ("launcher: defaults\n\tseccomp Enforce", 2, "found 'Enforce'"),
        ("launcher: defaults\n\tread-only ,", 2, "at least one"),
        ("launcher: defaults\n\tkeep-environment", 2, "no value"),
        ("launcher: defaults\n\tkeep-environment ,", 2, "no value"),
        ("launcher: defaults\n\tkeep-environment A\n\tkeep-environment LD_*", 3, "found 'LD_*'"),
        ("launcher: defaults\n\tkeep-environment A,A=1", 2, "found 'A=1'"),
        ("launcher: defaults\n\tkeep-environment 9A", 2, "found '9A'"),
        ("launcher: defaults\n\tkeep-environment Ä", 2, "names of environment variables"),
        ("vm: 100\n\tkeep-environment A", 2, "unknown key"),
        ("launcher: defaults\n\tread-only mode,hope", 2, "found 'hope'"),
        ("launcher: defaults\n\tdebug 1", 2, "'allow' or 'deny'"),
        ("launcher: defaults\n\tfirmware x", 2, "unknown key 'firmware'"),
        ("rbd: pool\n\tpool x", 1, "unknown section type 'rbd'"),
        ("dir: demo", 1, "'path' is missing"),
        ("dir: demo\n\tpath srv", 2, "absolute path"),
        ("dir: d\n\tpath /srv", 1, "storage ID"),
        ("dir: local\n\tpath /var/lib/vz", 1, "'local' is always"),
        ("dir: demo\n\tpath /a\n\tdisable yes", 3, "'0' or '1'"),
        ("dir: demo\n\tpath /a\n\tnodes a_b", 3, "names of nodes"),
        ("dir: demo\n\tpath /a\n\tcontent-dirs iso=../b", 3, "below the storage"),
        ("dir: demo\n\tpath /a\n\tcontent-dirs iso=/b", 3, "below the storage"),
        ("dir: demo\n\tpath /a\n\nnfs: demo", 4, "already defined in line 1"),
        ("firmware: local:efi-firmware/a.fd", 1, "no checksum"),
        ("firmware: local:efi-firmware/a.fd\n\tsha256 abc", 2, "wrong length"),
        ("firmware: local:efi-firmware/a.fd\n\tsha256 xyz", 2, "not hexadecimal"),
        ("firmware: local:efi-firmware/a.fd\n\tsha1 abc", 2, "SHA-1 cannot pin"),
        ("firmware: local:efi-firmware/a.fd\n\tmd5 abc", 2, "MD5 cannot pin"),
        ("firmware: local:efi-firmware/a.fd\n\tsha224 abc", 2, "SHA-224 cannot pin"),
        ("firmware: local:efi-firmware/../a.fd\n\tsha256 \(sha256)", 1, "'..' leads out"),
        ("firmware: x.fd\n\tsha256 \(sha256)", 1, "no storage named"),
        ("firmware: /usr/../x.fd\n\tsha256 \(sha256)", 1, "absolute path"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\tguest SNP", 3, "'sev-snp'"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\taccept W02", 3, " or '\(lastCode)'"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\taccept", 3, "expected 'FW-W01', "),
        (
            "firmware: local:snippets/a\n\tsha256 \(sha256)\n\taccept FW-W01,\(unknownCode)", 3,
            "found '\(unknownCode)'"
        ),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\taccept FW-E05", 3, "'FW-E05'"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\tbuild", 3, "no value"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\tbuild SMM", 3, "'smm' or 'no-smm'"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\tbuild smm,tdx", 3, "found 'smm,tdx'"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\tbuild smm,no-smm", 3, "'smm' or"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\tbuild amdsev", 3, "'unknown'"),
        ("firmware: local:snippets/a\n\tbuild smm", 1, "no checksum"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\ttag", 3, "no value"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\ttag a,b", 3, "found 'a,b'"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\ttag -a", 3, "one tag"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\ttag \u{E4}", 3, "one tag"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\ttag a\n\ttag b", 4, "set twice"),
        ("firmware: /usr/x.fd\n\tsha256 \(sha256)\n\ttag a", 3, "not for stock firmware"),
        (
            "firmware: local:snippets/a\n\tsha256 \(sha256)\n\ttag a\n\nfirmware: local:snippets/b\n"
                + "\tsha256 \(sha256)\n\ttag A", 7, "already, in line 3"
        ),
        ("vm: 100\n\ttag a", 2, "unknown key"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\tsigned-by", 3, "no value"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\tsigned-by a b", 3, "found 'a b'"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\tsigned-by key:", 3, "'key:ID'"),
        ("firmware: local:snippets/a\n\tsha256 \(sha256)\n\tsigned-by key:0g0g0g0g", 3, "'key:ID'"),
        ("vendor: acme", 1, "'key' is missing"),
        ("vendor: acme\n\tkey", 2, "no value"),
        ("vendor: acme\n\tkey /a\n\tkey b.pub", 3, "absolute path"),
        ("vendor: acme\n\tkey /a/../b.pub", 2, "absolute path"),
        ("vendor: acme\n\tpath /a", 2, "unknown key"),
        ("vendor: key:00112233\n\tkey /a", 1, "a name: letters"),
        ("vendor: -a\n\tkey /a", 1, "a name: letters"),
        ("vendor: a\n\tkey /a\n\nvendor: a\n\tkey /b", 4, "already defined in line 1"),
        ("vm: 99", 1, "VM ID"),
        ("vm: 0100", 1, "VM ID"),
        ("vm: 4294967396", 1, "VM ID"),
    ])
    func `a wrong value is an error with its line`(text: String, line: Int, part: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try parse(text) }
        #expect(error.line == line)
        #expect(error.message.contains(part), "\(error.message)")
    }

    @Test func `advice comes with what is known`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try parse("firmware: local:efi-firmware/a.fd\n\tsha1 abc\n")
        }
        #expect(error.hint == "pin the image with sha256, sha384 or sha512")
        #expect(error.exitStatus == .configuration)
    }
}

/// `launcher.conf.example` is the reference that administrators read: it has to be right, and
/// complete.
struct ExampleConfigurationTests {
    private func example() throws -> [UInt8] {
        var path = FilePath(#filePath)
        for _ in 0..<4 { path.removeLastComponent() }
        let file = try FileDescriptor.open(path.appending("launcher.conf.example"), .readOnly)
        return try file.closeAfter {
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
            return Array(bytes[..<count])
        }
    }

    /// Settings are commented out by a `#` with no blank behind it; prose has one.
    private func uncommented(_ bytes: [UInt8]) -> [UInt8] {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let settings = lines.map { line in
            let isSetting =
                line.starts(with: "#".utf8) && line.count > 1
                && !line.starts(with: "# ".utf8)
            return isSetting ? line.dropFirst() : line
        }
        return Array(settings.joined(separator: [UInt8(ascii: "\n")]))
    }

    @Test func `the example as it is changes nothing`() throws {
        let read = try LauncherConfiguration(parsing: example(), file: "example")
        let defaults = LauncherConfiguration.defaults
        #expect(read.qemu == nil)
        #expect(read.readOnly == defaults.readOnly)
        #expect(read.firmware.isEmpty)
        #expect(read.storages.isEmpty)
        #expect(try read.virtualMachines().isEmpty)
    }

    @Test func `the example with every setting uncommented is good, and shows the defaults`() throws
    {
        let bytes = uncommented(try example())
        let read = try LauncherConfiguration(parsing: bytes, file: "example")
        let defaults = LauncherConfiguration.defaults
        #expect(read.storageConfiguration.value == defaults.storageConfiguration.value)
        #expect(read.seccomp.value == defaults.seccomp.value)
        #expect(read.spawn.value == defaults.spawn.value)
        #expect(read.stockFirmware.value == defaults.stockFirmware.value)
        #expect(read.sevAttachment.value == defaults.sevAttachment.value)
        #expect(read.readOnly.value == defaults.readOnly.value)
        #expect(read.log.value == defaults.log.value)
        #expect(read.debug.value == defaults.debug.value)
        #expect(read.firmware.count == 2)
        #expect(read.vendors.map(\.keys.count) == [2])
        #expect(read.storages.map(\.id.text) == ["demo"])
        #expect(try read.virtualMachines().map(\.line).count == 2)
    }

    @Test func `every type of storage with directories may be declared`() {
        let types = SectionSchema.launcher.types.map(\.name)
        let storages = StorageType.directoryTypes.map(\.description)
        #expect(types == ["launcher", "firmware", "vendor", "vm"] + storages)
    }

    @Test func `the example shows every key there is`() throws {
        let bytes = uncommented(try example())
        let schema = SectionSchema.launcher
        let file = try SectionConfiguration(strict: bytes, file: "example", schema: schema)
        for type in schema.types where !["nfs", "cifs", "cephfs", "btrfs"].contains(type.name) {
            let shown = Set(
                file.sections.filter { file.text($0.type) == type.name }
                    .flatMap { file.properties(of: $0) }.map { file.text($0.key) }
            )
            let known = Set(type.keys.map(\.name)).subtracting(["md5", "sha1", "sha224"])
            #expect(shown == known)
        }
    }
}
