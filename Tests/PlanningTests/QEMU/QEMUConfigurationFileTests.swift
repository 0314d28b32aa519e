import Planning
import Testing

struct QEMUConfigurationFileTests {
    private func settings(_ text: String) -> [String] {
        QEMUConfigurationFile(Array(text.utf8), path: "/c").sections.flatMap { section in
            section.settings.map {
                "\($0.line) \(section.group.escaped)/\(section.identifier?.escaped ?? "") "
                    + "\($0.key.escaped)=\($0.value.escaped)"
            }
        }
    }

    @Test(arguments: [
        ("[machine]\n firmware = \"e.fd\"\n", ["2 machine/ firmware=e.fd"]),
        ("[drive \"x\"]\n\n# note\n  if = \"pflash\"", ["4 drive/x if=pflash"]),
        ("[machine]\n\ttype=\t\"q35\"\n", []),
        ("[machine]\n type = \"q35\" # note\n", ["2 machine/ type=q35"]),
        ("[machine]\n append = \"\"\n", ["2 machine/ append="]),
        ("[machine]\n kernel = \"a=b c\"\n", ["2 machine/ kernel=a=b c"]),
        ("[machine]\r\n firmware = \"e\"\r\n", ["2 machine/ firmware=e"]),
        ("# if = \"pflash\"\n", []), ("", []), ("\n\n", []), ("no settings here", []),
        ("[machine]\n firmware = e.fd\n", []), ("[]\n a = \"b\"", []),
    ])
    func `settings are read with their group and line`(text: String, expected: [String]) {
        #expect(settings(text) == expected)
    }

    /// Stories, each seen in QEMU 7.2: it took the setting, and we had passed it over.
    @Test(arguments: [
        // fgets takes 1023 bytes of a line; what follows is a line of its own.
        ("#" + String(repeating: "x", count: 1022) + "[machine]\n firmware = \"e\"\n", "machine"),
        // sscanf's blank is any blank.
        ("[drive\t\"x\"]\n firmware = \"e\"\n", "drive"),
        ("[drive\u{B}\"x\"]\n firmware = \"e\"\n", "drive"),
        // sscanf does not ask for what stands behind its last conversion.
        ("[chardev \"c\"]\n[drive \"x\"\n firmware = \"e\"\n", "drive"),
        ("[machine]trailing\n firmware = \"e\"trailing\n", "machine"),
        // A combining mark makes one Swift character of itself and the bracket.
        ("[machine]\u{301}\n firmware = \"e\"\u{301}\n", "machine"),
        // A C string ends at NUL.
        ("[machine]\0x\n firmware = \"e\0z\"\n", "machine"),
    ])
    func `what QEMU reads in odd places is read`(text: String, group: String) {
        let file = QEMUConfigurationFile(Array(text.utf8), path: "/c")
        let last = file.sections.last
        #expect(last?.settings.map(\.key) == ["firmware"])
        #expect(last?.group == ByteString(group))
        #expect(last?.settings.map(\.value) == ["e"])
    }

    @Test func `random bytes are read without trapping`() {
        var numbers = RepeatableNumbers(seed: 5)
        let alphabet = Array("[]\"=# ab\n\t\0".utf8) + [0xFF, 0xCC, 0x81]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...40, using: &numbers)
            let bytes = (0..<count).compactMap { _ in alphabet.randomElement(using: &numbers) }
            let file = QEMUConfigurationFile(bytes, path: "/c")
            let settings = file.sections.flatMap(\.settings)
            #expect(settings.allSatisfy { $0.line >= 1 && !$0.key.isEmpty })
        }
    }

    /// QEMU refuses the whole file for one.
    @Test(arguments: [
        ("no settings here", 1), ("[machine]\n\ttype=\t\"q35\"\n", 2), ("a = \"b\"\n", 1),
        ("[machine]\n\n \n", 3), ("[]\n", 1),
    ])
    func `a line that QEMU would not understand is known`(text: String, line: Int) {
        #expect(QEMUConfigurationFile(Array(text.utf8), path: "/c").brokenLine == line)
    }
}
