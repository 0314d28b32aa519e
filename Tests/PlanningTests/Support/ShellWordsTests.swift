import Planning
import Testing

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
