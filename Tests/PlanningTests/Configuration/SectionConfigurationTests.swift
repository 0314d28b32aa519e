import TestSupport
import Testing

@testable import Planning

struct StrictSectionConfigurationTests {
    private typealias Cause = ConfigurationError.Cause

    private static let schema = SectionSchema([
        .init("vm", keys: ["firmware", "seccomp", "comment", .init("accept", isRepeatable: true)]),
        .init("dir", keys: ["path", "disable"]),
    ])

    private func parse(_ text: String) throws(ConfigurationError) -> SectionConfiguration {
        try parse(Array(text.utf8))
    }

    private func parse(_ bytes: [UInt8]) throws(ConfigurationError) -> SectionConfiguration {
        try SectionConfiguration(strict: bytes, file: "test.conf", schema: Self.schema)
    }

    @Test func `sections keep types, IDs, keys, values and lines`() throws {
        let file = try parse(
            "# comment\n\nvm: 100\n\tfirmware  local:x y \n\tcomment a # b\n\ndir:demo\n  disable\n"
        )
        #expect(file.sections.map { file.title(of: $0) } == ["vm: 100", "dir: demo"])
        #expect(file.sections.map(\.line) == [3, 7])
        let properties = file.sections.map { section in
            file.properties(of: section).map { property in
                "\(property.line) \(file.text(property.key))=\(property.value.map(file.text) ?? "-")"
            }
        }
        #expect(properties == [["4 firmware=local:x y", "5 comment=a # b"], ["8 disable=-"]])
    }

    @Test(arguments: [
        "", "\n", " \t \n\n", "# only a comment", "\t# indented\n", "vm: 1",
        "vm: 1\ndir: a\n\tpath /x", "vm: 1\n   \nvm: 2\n", "vm: a\n# c\n\tcomment x\n",
        "vm: 1\ndir: 1\n", "vm: 1\n\taccept a\n\taccept b\n", "# \u{200D}\n",
        "vm: 1\n\tcomment Grüße\n",
    ])
    func `what is clear is accepted`(text: String) throws {
        #expect(try parse(text).warnings.isEmpty)
    }

    @Test func `the first colon ends the type, so that IDs may have more of them`() throws {
        for text in ["vm:a:b", "vm: a:b", "vm:\ta:b"] {
            let file = try parse(text)
            #expect(file.sections.map { file.title(of: $0) } == ["vm: a:b"], "\(text)")
        }
    }

    @Test func `a header right below a setting opens its own section`() throws {
        let file = try parse("vm: 1\n\tcomment x\nvm: 2\n\tcomment y\n")
        #expect(file.sections.map { file.text($0.id) } == ["1", "2"])
        #expect(file.sections.map { file.properties(of: $0).count } == [1, 1])
    }

    @Test(
        arguments: [
            ("vm: 1\n\tcomment x\r\n", 2, .carriageReturn),
            ("vm: 1\r\n", 1, .carriageReturn),
            ("\r\n", 1, .carriageReturn),
            ("# c\r\n", 1, .carriageReturn),
            ("vm: 1\n\tcomment a\0b\n", 2, .controlCharacter("\0")),
            ("vm: 1\n\tcomment a\u{1B}[2Jb\n", 2, .controlCharacter("\u{1B}")),
            ("vm: 1\n\tcomment a\tb\n", 2, .controlCharacter("\t")),
            ("vm: 1\n\tcomment a\u{7F}\n", 2, .controlCharacter("\u{7F}")),
            ("vm: 1\n\tcomment a\u{85}b\n", 2, .controlCharacter("\u{85}")),
            ("vm: 1\n\tcomment a\u{2028}b\n", 2, .controlCharacter("\u{2028}")),
            ("vm: 1\n\tcomment a\u{202E}b\n", 2, .controlCharacter("\u{202E}")),
            ("vm: 1\n\tcomment\u{0B}x\n", 2, .controlCharacter("\u{0B}")),
            ("\u{FEFF}vm: 1\n", 1, .controlCharacter("\u{FEFF}")),
            ("0\n", 1, .unintelligible("0")),
            ("vm: 1\n0\n", 2, .unintelligible("0")),
            ("vm 1\n", 1, .unintelligible("vm 1")),
            ("vm: 1 2\n", 1, .unintelligible("vm: 1 2")),
            ("vm:\n", 1, .unintelligible("vm:")),
            (": 1\n", 1, .unintelligible(": 1")),
            ("vm: 1\ncomment x\n", 2, .unintelligible("comment x")),
            ("\tcomment x\n", 1, .settingOutsideSection("comment")),
            ("vm: 1\n\n\tcomment x\n", 3, .settingOutsideSection("comment")),
            ("vm: 1\n \n\tcomment x\n", 3, .settingOutsideSection("comment")),
            ("VM: 1\n", 1, .unknownSectionType(found: "VM", known: ["vm", "dir"])),
            ("vm: 1\n\tvm: 2\n", 2, nil),
            ("vm: 1\n\tpath /x\n", 2, nil),
            ("vm: 1\n\tseccomp a\n\tseccomp b\n", 3, .duplicateKey("seccomp", firstLine: 2)),
            ("vm: 1\n\nvm: 1\n", 3, .duplicateSection(firstLine: 1)),
        ] as [(String, Int, ConfigurationError.Cause?)]
    )
    func `what is not clear is an error with its line`(
        text: String,
        line: Int,
        cause: ConfigurationError.Cause?,
    ) throws {
        let error = try #require(throws: ConfigurationError.self) { try parse(text) }
        #expect(error.line == line)
        if let cause { #expect(error.cause == cause) }
        #expect(error.exitStatus == .configuration)
        #expect(error.message.hasPrefix("test.conf line \(line)"))
        #expect(!error.message.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "\(error.message)")
    }

    @Test func `letters that only look Latin make another key`() throws {
        // The first letter i of 'firmware' is Cyrillic.
        let text = "vm: 1\n\tf\u{0456}rmware local:efi-firmware/a.fd\n"
        let error = try #require(throws: ConfigurationError.self) { try parse(text) }
        let known = ["firmware", "seccomp", "comment", "accept"]
        #expect(error.cause == .unknownKey(found: ByteString("f\u{0456}rmware"), known: known))
        #expect(error.section == "vm: 1")
    }

    @Test func `what is not UTF-8 is refused, in comments too`() throws {
        for prefix in ["vm: 1\n\tcomment ", "# "] {
            let error = try #require(throws: ConfigurationError.self) {
                try parse(Array(prefix.utf8) + [0xC3, 0x28, 0x0A])
            }
            #expect(error.cause == .notUTF8)
        }
    }

    @Test func `a line of a megabyte is read, and cut in messages`() throws {
        let long = String(repeating: "ä", count: 1 << 19)
        let file = try parse("vm: 1\n\tcomment \(long)\n")
        #expect(file.properties(of: file.sections[0]).first?.value?.count == 1 << 20)

        let error = try #require(throws: ConfigurationError.self) { try parse(long) }
        #expect(error.message.utf8.count < 400)
        #expect(error.message.contains("… (1048576 bytes)"))
    }

    @Test func `thousands of sections are told apart`() throws {
        let text = (0..<5000).map { "vm: \($0)\n" }.joined()
        #expect(try parse(text).sections.count == 5000)
        let error = try #require(throws: ConfigurationError.self) { try parse(text + "vm: 4711\n") }
        #expect(error.cause == .duplicateSection(firstLine: 4712))
    }

    @Test func `a key with a slip in it is told what was meant`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try parse("vm: 1\n\tfirmwre x\n")
        }
        #expect(error.message == "test.conf line 2: section 'vm: 1': unknown key 'firmwre'")
        #expect(error.hint == "did you mean 'firmware'?")
    }
}

/// Each case is what Proxmox's parser makes of the text.
struct LaxSectionConfigurationTests {
    /// Sections as `TYPE ID KEY=VALUE …`.
    private func sections(_ file: SectionConfiguration) -> [String] {
        file.sections.map { section in
            let properties = file.properties(of: section).map { property in
                " \(file.text(property.key))=\(property.value.map(file.text) ?? "-")"
            }
            return "\(file.text(section.type)) \(file.text(section.id))" + properties.joined()
        }
    }

    @Test(
        arguments: [
            ("", [], 0),
            ("dir: a\n\tpath /x\n", ["dir a path=/x"], 0),
            ("dir: a\n path   /x y \t\n", ["dir a path=/x y"], 0),
            ("dir: a\n\tdisable\n", ["dir a disable=-"], 0),
            // Comments stand anywhere and end nothing; there are none behind a value.
            ("dir: a\n# c\n\t#c\n\tpath /x # y\n", ["dir a path=/x # y"], 0),
            // A header ends nothing: it is lost, and what follows belongs to the section above.
            ("dir: a\n\tpath /x\ndir: b\n\tpath /y\n", ["dir a path=/x path=/y"], 1),
            // A line of blanks ends nothing; so does what CRLF leaves of an empty line.
            ("dir: a\n \n\tpath /x\n", ["dir a path=/x"], 1),
            ("dir: a\r\n\tpath /x\r\n\r\ndir: b\r\n", ["dir a path=/x"], 2),
            ("dir: a\n0\ndir: b\n", ["dir a", "dir b"], 0),
            ("dir: a\n\n\tpath /x\n", ["dir a"], 1),
            ("hello\ndir: a\n", ["dir a"], 1),
            ("dir: a b\n", [], 1),
            ("dir:\n", [], 1),
            (" dir: a\n", [], 1),
            // The last colon that leaves an ID ends the type.
            ("a:b:c\n", ["a:b c"], 0),
            ("a:b: c\n", ["a:b c"], 0),
            ("a::\n", ["a :"], 0),
            ("a:: b\n", ["a: b"], 0),
            ("a:b c\n", [], 1),
            (":a\n", [], 1),
            // Duplicates are all here; what counts is for who knows the types.
            ("dir: a\n\nnfs: a\n\tp 1\n\tp 2\n", ["dir a", "nfs a p=1 p=2"], 0),
        ] as [(String, [String], Int)]
    )
    func `text is read as Proxmox reads it`(text: String, expected: [String], warnings: Int) {
        let file = SectionConfiguration(lax: Array(text.utf8), file: "storage.cfg")
        #expect(sections(file) == expected)
        #expect(file.warnings.count == warnings)
    }

    @Test func `a swallowed header is a warning with its line`() {
        let text = "dir: a\n\tpath /x\ndir: b\n"
        let file = SectionConfiguration(lax: Array(text.utf8), file: "storage.cfg")
        #expect(file.warnings.map(\.line) == [3])
        #expect(file.warnings.map(\.cause) == [.swallowedHeader("dir: b")])
        #expect(
            file.warnings.first?.message
                == "storage.cfg line 3: section 'a': header 'dir: b' is ignored and what follows"
                + " belongs to the section above (no empty line before it)"
        )
    }

    @Test func `no bytes make it trap`() {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        let alphabet = Array("dir: a\n\t 0#\r\u{0B}\u{0C}\0:é=".utf8) + [0xFF, 0x80]
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<48 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            let file = SectionConfiguration(lax: bytes, file: "storage.cfg")
            for section in file.sections {
                // No blank can be part of a type or an ID, whatever the input was.
                #expect(!file.bytes(section.type).bytes.contains { $0 == 0x20 || $0 == 0x0A })
                #expect(!file.bytes(section.id).isEmpty)
            }
        }
    }
}
