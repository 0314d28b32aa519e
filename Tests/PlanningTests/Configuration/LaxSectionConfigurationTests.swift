import Planning
import Testing

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
