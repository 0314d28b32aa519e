import Planning
import Testing

struct PerlShellWordsTests {
    static let good: [(String, [String])] = [
        ("", []),
        (" \t ", []),
        ("-efi-firmware local:efi-firmware/a.fd", ["-efi-firmware", "local:efi-firmware/a.fd"]),
        ("  a  b\t\nc ", ["a", "b", "c"]),
        (#"a "b c" d"#, ["a", "b c", "d"]),
        (#"a'b c'd"#, ["ab cd"]),
        (#""" '' a"#, ["", "", "a"]),
        (#"a\ b"#, ["a b"]),
        (#"\"a"#, ["\"a"]),
        // Not as a shell: any character loses its backslash, in double quotes too.
        (#""a\$\nb""#, ["a$nb"]),
        // Not as a shell: a backslash keeps a single quote from ending the word, and stays.
        (#"'it\'s'"#, [#"it\'s"#]),
        (#"'a\\'b"#, [#"a\\b"#]),
        // No comments, variables, wildcards or operators.
        ("# $HOME *|;&", ["#", "$HOME", "*|;&"]),
        ("a\u{B}b\u{C}c\rd", ["a", "b", "c", "d"]),
        ("a\u{A0}b", ["a\u{A0}b"]),
    ]

    @Test(arguments: good)
    func `words are those of Perl's module`(line: String, expected: [String]) throws {
        #expect(try PerlShellWords.split(ByteString(line)) == expected.map { ByteString($0) })
    }

    @Test(arguments: ["'", "\"", "a 'b", #"a "b"#, #"'a\'"#, #""a\""#, #""a\"#])
    func `a quote that is never closed leaves no words`(line: String) {
        #expect {
            try PerlShellWords.split(ByteString(line))
        } throws: {
            guard case .unclosedQuote? = $0 as? PerlShellWordsError else { return false }
            return true
        }
    }

    @Test func `a backslash needs a character behind it`() {
        #expect(throws: PerlShellWordsError.backslashLast(line: #"a \"#)) {
            try PerlShellWords.split(#"a \"#)
        }
    }

    @Test func `bytes that are no text come through`() throws {
        #expect(
            try PerlShellWords.split(ByteString([0xFF, 0x20, 0x27, 0xFE, 0x27])).map(\.bytes) == [
                [0xFF], [0xFE],
            ]
        )
    }
}
