import Host
import Planning
import Testing

@testable import launcherctl

struct TableTests {
    private func lines(_ table: Table, inColour: Bool = false, width: Int? = 80) -> [String] {
        table.text(inColour: inColour, width: width).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        .map(String.init)
    }

    @Test func `columns are as wide as their widest cell, and two blanks apart`() {
        var table = Table("A", "LONGER", "LAST")
        table.add(.init("first"), .init("x"), .init("y"))
        table.add(.init("1"), .init("a longer one"), .init("z"))
        #expect(
            lines(table) == [
                "A      LONGER        LAST",
                "first  x             y",
                "1      a longer one  z",
            ]
        )
    }

    @Test func `a table without rows is its headings`() {
        #expect(Table("A", "B").isEmpty)
        #expect(lines(Table("A", "B")) == ["A  B"])
    }

    @Test func `the last column is folded at blanks, below its beginning`() {
        var table = Table("STATE", "FINDING")
        let words = Array(repeating: "word", count: 30).joined(separator: " ")
        table.add(.init("failure"), .init(words))
        let lines = lines(table)
        #expect(lines.count == 4)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines[1].hasPrefix("failure  word"))
        #expect(lines[2...].allSatisfy { $0.hasPrefix("         word") })
        let folded = lines.dropFirst().joined(separator: " ").split(separator: " ")
        #expect(folded == ["failure"] + words.split(separator: " "))
    }

    @Test func `a word that is too long stays whole`() {
        var table = Table("A", "B")
        let word = String(repeating: "x", count: 100)
        table.add(.init("a"), .init("short \(word) short"))
        #expect(lines(table) == ["A  B", "a  short", "   \(word)", "   short"])
    }

    @Test func `a long first cell has a line of its own`() {
        var table = Table("VOLUME", "STATE")
        let long = String(repeating: "v", count: 41)
        table.add(.init("short"), .init("one"))
        table.add(.init(long), .init("two"))
        #expect(lines(table) == ["VOLUME  STATE", "short   one", long, "        two"])
    }

    /// Volumes as they are: 80 columns hold, whatever the others need.
    @Test func `the first column gives way before the table is too wide`() {
        var table = Table("VOLUME", "SIZE", "KIND", "STATE", "USED BY")
        let volume = "local:efi-firmware/sonicwall-7.1.fd"
        for kind in ["code", "variable store"] {
            table.add(
                .init(volume),
                .init("3653632"),
                .init(kind),
                .init("not pinned"),
                .init("vm 100, vm 101 on pve2, vm 102 (snapshot before)"),
            )
        }
        let lines = lines(table)
        #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
        #expect(lines.filter { $0 == volume }.count == 2)
    }

    /// For grep and awk.
    @Test func `without a width each row is one whole line`() {
        var table = Table("STATE", "WHAT", "FINDING")
        let long = String(repeating: "w", count: 100)
        let words = Array(repeating: "word", count: 50).joined(separator: " ")
        table.add(.init("ok"), .init("short"), .init("fine"))
        table.add(.init("failure"), .init(long), .init(words))
        let lines = lines(table, width: nil)
        #expect(lines.count == 3)
        #expect(lines[2] == "failure  \(long)  \(words)")
    }

    @Test(arguments: [20, 40, 60, 80, 132, 200])
    func `whatever the width, no cell is cut`(width: Int) {
        var table = Table("STATE", "WHAT", "FINDING")
        let what = "firmware /usr/share/pve-edk2-firmware/OVMF_CODE_4M.secboot.fd"
        let words = Array(repeating: "word", count: 30).joined(separator: " ")
        table.add(.init("ok"), .init("vm 100"), .init("fine"))
        table.add(.init("failure"), .init(what), .init(words))
        let text = lines(table, width: width).joined(separator: "\n")
        #expect(text.contains(what))
        #expect(text.split { $0 == " " || $0 == "\n" }.filter { $0 == "word" }.count == 30)
        guard width >= 80 else { return }
        #expect(lines(table, width: width).allSatisfy { $0.count <= width }, "\(text)")
        // A wide terminal has room for all of it.
        #expect(lines(table, width: width).contains { $0.hasPrefix("failure  \(what)") })
    }

    @Test func `a colour changes nothing but how a cell looks`() {
        var table = Table("STATE", "WHAT", "FINDING")
        table.add(.init("ok", .green), .init("vm 100"), .init("well"))
        table.add(.init("failure", .red), .init("vm 101"), .init("not well"))
        let coloured = lines(table, inColour: true)
        #expect(coloured[1] == "\u{1B}[32mok\u{1B}[0m       vm 100  well")
        #expect(coloured[2] == "\u{1B}[31mfailure\u{1B}[0m  vm 101  not well")
        let plain = coloured.map {
            $0.replacing("\u{1B}[32m", with: "").replacing("\u{1B}[31m", with: "")
                .replacing("\u{1B}[0m", with: "")
        }
        #expect(plain == lines(table))
    }

    @Test func `a coloured cell is folded where a plain one is`() {
        let words = Array(repeating: "word", count: 30).joined(separator: " ")
        var (plain, coloured) = (Table("STATE", "FINDING"), Table("STATE", "FINDING"))
        plain.add(.init("warning"), .init(words))
        coloured.add(.init("warning", .yellow), .init(words))
        #expect(lines(plain).count == lines(coloured, inColour: true).count)
        #expect(lines(plain).dropFirst(2) == lines(coloured, inColour: true).dropFirst(2))
    }

    @Test func `characters are counted, not bytes`() {
        var table = Table("A", "B")
        table.add(.init("gr\u{FC}n"), .init("x"))
        table.add(.init("e\u{301}"), .init("y"))
        #expect(lines(table) == ["A     B", "gr\u{FC}n  x", "e\u{301}     y"])
    }
}

struct FoldingTests {
    @Test(arguments: [0, 6, 40, 79, 200])
    func `lines end at 80 columns, or as soon as a narrow column allows`(indent: Int) {
        let text = Array(repeating: "word", count: 40).joined(separator: " ")
        let start = String(repeating: "s", count: indent)
        let lines = Folding.lines(text, after: start, width: 80)
        #expect(lines.allSatisfy { $0.count <= max(80, indent + 24) })
        #expect(lines[0].hasPrefix(start + "word"))
        let margin = String(repeating: " ", count: indent)
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix(margin + "word") })
        #expect(lines.map { $0.dropFirst(indent) }.joined(separator: " ") == text)
    }

    @Test(arguments: ["", "one", "two  blanks"])
    func `what fits is left as it is`(text: String) {
        #expect(Folding.lines(text, after: "hint: ", width: 80) == ["hint: " + text])
    }
}

struct UsageFailureTests {
    private static let usage = """
        Error: x
        Usage: launcherctl plan [--json]
          See 'launcherctl plan --help' for more information.
        """

    @Test(
        arguments: [
            (
                ["plna"], "Unexpected argument 'plna'", "unknown command 'plna'",
                "did you mean 'plan'?"
            ),
            (
                ["firmware", "pn", "x"], "2 unexpected arguments: 'pn', 'x'",
                "unknown command 'pn'", "did you mean 'pin'?"
            ),
            (
                ["check", "--jsn"], "Unknown option '--jsn'. Did you mean '--json'?",
                "unknown option '--jsn'", "did you mean '--json'?"
            ),
            (
                ["plan", "x"], "Unexpected argument 'x'", "unexpected argument 'x'",
                "'launcherctl plan --help' shows how it is called"
            ),
            (
                ["plan"], "CPU model.", "CPU model",
                "'launcherctl plan --help' shows how it is called"
            ),
        ] as [([String], String, String, String)]
    )
    func `the parser's messages are in the launcher's words`(
        words: [String],
        text: String,
        message: String,
        hint: String,
    ) {
        let failure = UsageFailure(text, usage: Self.usage, of: words)
        #expect(failure.message == message)
        #expect(failure.hint == hint)
        #expect(failure.exitStatus == .usage)
    }

    @Test func `a command that is like none has all of them for a hint`() {
        let hint = UsageFailure("", usage: "", of: ["start"]).hint
        #expect(hint?.hasPrefix("there are 'plan', 'run'") == true)
    }
}

struct JSONOutputTests {
    @Test func `keys are sorted, and slashes are left alone`() throws {
        let text = try jsonText(["b": "/usr", "a": "1"])
        #expect(text == "{\n  \"a\" : \"1\",\n  \"b\" : \"/usr\"\n}")
    }

    @Test func `what cannot be written is a defect of ours, and not an empty object`() {
        let failure = #expect(throws: LaunchFailure.self) { try jsonText([Double.nan]) }
        #expect(failure?.exitStatus == .software)
    }
}
