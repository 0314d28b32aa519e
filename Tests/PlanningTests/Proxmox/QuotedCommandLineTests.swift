import Foundation
import Planning
import TestSupport
import Testing

struct QuotedCommandLineTests {
    @Test(arguments: [
        ("/usr/bin/kvm\n", ["/usr/bin/kvm"]),
        ("a b", ["a", "b"]),
        ("a '' b", ["a", "", "b"]),
        ("'a b' 'c=d'", ["a b", "c=d"]),
        (#"it\''s'"#, ["it's"]),
        (#"'a'\''b'"#, ["a'b"]),
        (#"'a'"'''"'b'"#, ["a'''b"]),
        (#"\'"#, ["'"]),
        ("'a\nb' c", ["a\nb", "c"]),
        (#"'{"driver":"raw"}'"#, [#"{"driver":"raw"}"#]),
        ("'$HOME' '`x`'", ["$HOME", "`x`"]),
        ("ä", ["ä"]),
    ])
    func `what the module quotes is read back`(text: String, words: [String]) throws {
        #expect(try QuotedCommandLine.words(ByteString(text)) == words.map { ByteString($0) })
    }

    @Test(arguments: [
        "", "\n", " a", "a ", "a  b", "'a", #""''"#, #""a""#, #"a\b"#, #"a\"#, "a;b", "$HOME",
        "a\tb", "a\nb", "*", "a#b", "a\n\n", "~", "a\u{1}",
    ])
    func `what it never writes is refused`(text: String) {
        #expect(throws: QuotedCommandLineError.self) {
            try QuotedCommandLine.words(ByteString(text))
        }
    }

    @Test func `a message says where`() throws {
        let error = try #require(throws: QuotedCommandLineError.self) {
            try QuotedCommandLine.words("kvm -name a|b")
        }
        #expect(error == .unexpected("|", offset: 11))
    }

    /// Quotes as the module does, for words of every character there is.
    @Test func `every byte survives its quoting`() throws {
        for byte in UInt8(1)...255 {
            let word = [UInt8(ascii: "x"), byte, UInt8(ascii: "'"), byte]
            let quoted = word.flatMap { $0 == 0x27 ? Array(#"'\''"#.utf8) : [$0] }
            let line = Array("a '".utf8) + quoted + Array("' b\n".utf8)
            let words = try QuotedCommandLine.words(ByteString(line))
            #expect(words == ["a", ByteString(word), "b"] || byte == 0x27)
        }
    }

    @Test func `taskset in front is told from QEMU's own words`() throws {
        let words = try QuotedCommandLine.words(
            "/usr/bin/taskset --cpu-list --all-tasks 0-3,5 /usr/bin/kvm -id 100"
        )
        let command = try #require(ProxmoxCommand(words))
        #expect(command.prefix == ["/usr/bin/taskset", "--cpu-list", "--all-tasks", "0-3,5"])
        #expect(command.arguments == ["/usr/bin/kvm", "-id", "100"])
    }

    static let command = "/usr/bin/kvm -id 100 -name 'a\n/usr/bin/kvm b'"

    @Test(arguments: [
        command, command + "\n",
        "Resuming suspended VM\n" + command + "\n",
        "it's suspended\n" + command, "WARN: a 'quote\n" + command + "\n",
        "\n\n" + command + "\n\ndone\n", "viommu: aw-bits=39 (host)\n" + command,
        "/usr/bin/qm start 100\n" + command, "qemu-img: warning\n" + command,
        command + "\n/dev/kvm missing, using tcg\nqemu-server 9.2.6\n",
    ])
    func `the command is found among the lines that are printed with it`(output: String) throws {
        let command = try ProxmoxCommand(output: ByteString(output))
        #expect(command.arguments == ["/usr/bin/kvm", "-id", "100", "-name", "a\n/usr/bin/kvm b"])
    }

    @Test(arguments: [
        ("", "empty"), ("\n\n", "empty"), ("swtpm 100\n", "no line starts QEMU (found 'swtpm 100"),
        (command + "\n" + command, "several lines start QEMU: 1, 3"),
        ("x\n/bin/kvm\n/usr/bin/taskset --cpu-list --all-tasks 0 /bin/kvm", "QEMU: 2, 3"),
        ("/usr/bin/kvm -name 'a", "is never closed"), ("/usr/bin/kvm -name a|b", "unexpected '|'"),
    ])
    func `no command and several are refused`(output: String, part: String) {
        let error = #expect(throws: QuotedCommandLineError.self) {
            try ProxmoxCommand(output: ByteString(output))
        }
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        [], ["/usr/bin/taskset"], ["/usr/bin/taskset", "--cpu-list"],
        ["/usr/bin/taskset", "--cpu-list", "--all-tasks", "0"], ["/bin/sh", "-c", "kvm"],
        ["/usr/bin/taskset", "--all-tasks", "0", "/bin/sh"],
    ])
    func `a command without QEMU is none`(words: [String]) {
        #expect(ProxmoxCommand(words.map { ByteString($0) }) == nil)
    }
}

struct ShellWordsTests {
    @Test(arguments: [
        ("", []),
        ("  \n\t ", []),
        ("kvm -id 100", ["kvm", "-id", "100"]),
        ("kvm \\\n  -id 100\n", ["kvm", "-id", "100"]),
        ("a\\\nb", ["ab"]),
        ("'a b'c", ["a bc"]),
        ("''", [""]),
        ("'a\\b'", ["a\\b"]),
        ("'a\\\nb'", ["a\\\nb"]),
        (#"'it'\''s'"#, ["it's"]),
        (#""a\"b\\c\d""#, [#"a"b\c\d"#]),
        (#"a\ b \\"#, ["a b", "\\"]),
        (#"'{"a":"b,c"}'"#, [#"{"a":"b,c"}"#]),
    ])
    func `words are those of a shell`(text: String, words: [String]) throws {
        #expect(try ShellWords(text.utf8).words == words.map { ByteString($0) })
    }

    @Test(arguments: ["'a", "\"a", "a\\"])
    func `an unfinished command is refused`(text: String) {
        #expect(throws: ShellWords.Failure.self) { try ShellWords(text.utf8) }
    }
}
