import Planning
import SystemPackage
import Testing

struct PinEditTests {
    private static let volume = "local:efi-firmware/a.fd"
    private static let old = String(repeating: "0", count: 64)
    private static let new = String(repeating: "1", count: 64)

    private func pin(
        _ text: String,
        build: FirmwareBuild.Word? = nil,
        signer: Signer? = nil,
        comment: String? = nil,
    ) throws -> String {
        let edit = try PinEdit(Array(text.utf8), file: "test.conf")
        let digest = try Digest(.sha256, hex: Self.new)
        let volume = try FirmwareVolumeID(parsing: Self.volume)
        return String(
            decoding: try edit.pinning(
                .volume(volume),
                to: [digest],
                build: build.flatMap { FirmwareBuild([$0]) },
                signer: signer,
                comment: comment.flatMap { SectionComment($0) },
            ),
            as: UTF8.self
        )
    }

    @Test(
        arguments: [
            ("SonicWall NSv 7.1", true), ("a # b", true), ("", false), ("  ", false),
            ("a\nvendor: b", false), ("a\rb", false), ("a\tb", false), ("a\u{7F}", false),
        ]
    )
    func `a comment is one line of text`(text: String, isOne: Bool) throws {
        #expect((SectionComment(text) != nil) == isOne)
        guard isOne else { return }
        let configuration = try LauncherConfiguration(
            parsing: Array(pin("", comment: text).utf8),
            file: "test.conf"
        )
        #expect(configuration.firmware.map(\.comment) == [text])
    }

    private func unpin(_ text: String) throws -> String? {
        let edit = try PinEdit(Array(text.utf8), file: "test.conf")
        return try edit.unpinning(.volume(FirmwareVolumeID(parsing: Self.volume)))
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static let section = "firmware: \(volume)\n\tsha256 \(new)\n"

    @Test(arguments: [
        ("", section),
        ("# only a remark", "# only a remark\n\n" + section),
        ("# only a remark\n", "# only a remark\n\n" + section),
        ("launcher: defaults\n\tlog none\n\n", "launcher: defaults\n\tlog none\n\n" + section),
        ("\n", "\n\n" + section),
    ])
    func `a new pin goes behind everything`(before: String, after: String) throws {
        #expect(try pin(before) == after)
    }

    @Test func `a pin that is there is replaced where it stands`() throws {
        let text = """
            # first
            firmware: \(Self.volume)
              # of March
              sha256   \(Self.old)  \t
            \tcomment  kept
            vm: 100
            \tfirmware \(Self.volume)
            """
        #expect(try pin(text) == text.replacing(Self.old, with: Self.new))
    }

    @Test func `another algorithm is added to the section`() throws {
        let sha384 = String(repeating: "a", count: 96)
        let text = "firmware: \(Self.volume) \n# remark\n\tsha384 \(sha384)\n\nvm: 100\n"
        let expected = text.replacing(" \n# remark", with: " \n\tsha256 \(Self.new)\n# remark")
        #expect(try pin(text) == expected)
    }

    @Test func `a comment goes with a new section only`() throws {
        #expect(try pin("", comment: "NSv 7.1") == Self.section + "\tcomment NSv 7.1\n")
        #expect(try !pin(Self.section, comment: "other").contains("comment"))
    }

    @Test(arguments: [
        ("", "firmware: \(volume)\n\tsha256 \(new)\n\tbuild smm\n"),
        (
            "firmware: \(volume)\n\tsha256 \(old)\n\tcomment x\n",
            "firmware: \(volume)\n\tsha256 \(new)\n\tbuild smm\n\tcomment x\n"
        ),
        (
            "firmware: \(volume)\n\tsha256 \(old)",
            "firmware: \(volume)\n\tsha256 \(new)\n\tbuild smm\n"
        ),
        (
            "firmware: \(volume)\n\tbuild   no-smm, amdsev \n# a\n\tsha256 \(old)\n",
            "firmware: \(volume)\n\tbuild   smm \n# a\n\tsha256 \(new)\n"
        ),
    ])
    func `what is known of the build goes with the digest`(before: String, after: String) throws {
        #expect(try pin(before, build: .requiresSMM) == after)
        #expect(try pin(after, build: .requiresSMM) == after)
    }

    @Test(arguments: [
        "\tbuild smm\n", "\tbuild smm", "\t# of March\n\tbuild no-smm, amdsev\n\tguest normal\n",
    ])
    func `what was known of another image goes`(rest: String) throws {
        let text = "firmware: \(Self.volume)\n\tsha256 \(Self.old)\n\(rest)"
        let edited = try pin(text)
        #expect(!edited.contains("build"))
        #expect(edited.contains(Self.new))
        let kept = text.split(separator: "\n").filter { !$0.contains("build") }
        #expect(edited.split(separator: "\n").count == kept.count)
    }

    @Test(arguments: [
        ("", "firmware: \(volume)\n\tsha256 \(new)\n\tbuild smm\n\tsigned-by acme\n"),
        (
            "firmware: \(volume)\n\tsha256 \(old)",
            "firmware: \(volume)\n\tsha256 \(new)\n\tbuild smm\n\tsigned-by acme\n"
        ),
        (
            "firmware: \(volume)\n\tsigned-by  key:0123456789ABCDEF \n\tsha256 \(old)\n\tguest sev\n",
            "firmware: \(volume)\n\tsigned-by  acme \n\tsha256 \(new)\n\tbuild smm\n\tguest sev\n"
        ),
        (
            "firmware: \(volume)\n\tsha256 \(new)\n\tbuild no-smm\n",
            "firmware: \(volume)\n\tsha256 \(new)\n\tsigned-by acme\n\tbuild smm\n"
        ),
    ])
    func `who signed the image goes with the digest`(before: String, after: String) throws {
        #expect(try pin(before, build: .requiresSMM, signer: .vendor("acme")) == after)
        // Pinned again without a look at a signature: it is the same image.
        #expect(try pin(after, build: .requiresSMM) == after)
        // What is known of neither goes, and only that.
        let other = after.replacing(Self.new, with: Self.old)
        let lines = after.split(separator: "\n")
        let kept = lines.filter { !$0.contains("build") && !$0.contains("signed-by") }
        #expect(try pin(other).split(separator: "\n") == kept)
    }

    @Test func `a new signer of an image whose build is not known takes its place`() throws {
        let text = "firmware: \(Self.volume)\n\tsha256 \(Self.old)\n\tbuild smm\n\tcomment x\n"
        let after = text.replacing(Self.old, with: Self.new)
            .replacing("build smm", with: "signed-by acme")
        #expect(try pin(text, signer: .vendor("acme")) == after)
    }

    @Test func `another algorithm for the same image keeps its signer`() throws {
        let sha384 = String(repeating: "a", count: 96)
        let text = "firmware: \(Self.volume)\n\tsha384 \(sha384)\n\tsigned-by acme\n"
        #expect(try pin(text).contains("signed-by acme"))
    }

    @Test func `pinning again changes nothing`() throws {
        #expect(try pin(Self.section) == Self.section)
    }

    @Test(arguments: [
        (section, ""),
        ("# a\n\n\(section)\nvm: 100\n", "# a\n\nvm: 100\n"),
        ("vm: 100\n\(section)vm: 101\n", "vm: 100\nvm: 101\n"),
        ("vm: 100\n\nfirmware: \(volume)\n\t# x\n\tsha256 \(new)", "vm: 100\n\n"),
        ("vm: 100\n", nil),
    ])
    func `unpinning takes the section and one empty line`(before: String, after: String?) throws {
        #expect(try unpin(before) == after)
    }

    @Test func `a file that the launcher would refuse is not edited`() {
        #expect(throws: ConfigurationError.self) { try pin("nonsense\n") }
    }

    @Test func `stock firmware is pinned by its path, however the path is written`() throws {
        let path = FirmwareSection.Subject.path("/usr/share/a.fd")
        let digest = try Digest(.sha256, hex: Self.new)
        for written in ["/usr/share/a.fd", "/usr//share/a.fd"] {
            let text = "firmware: \(written)\n\tsha256 \(Self.old)\n\tcomment x\n"
            let edited = try PinEdit(Array(text.utf8), file: "test.conf")
                .pinning(path, to: [digest], build: nil)
            #expect(
                String(decoding: edited, as: UTF8.self)
                    == "firmware: \(written)\n\tsha256 \(Self.new)\n\tcomment x\n"
            )
        }
        let edited = try PinEdit([], file: "test.conf").pinning(path, to: [digest], build: nil)
        #expect(
            String(decoding: edited, as: UTF8.self)
                == "firmware: /usr/share/a.fd\n\tsha256 \(Self.new)\n"
        )
    }
}
