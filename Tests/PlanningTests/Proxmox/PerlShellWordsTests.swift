import Foundation
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

    private static let perl = "/usr/bin/perl"

    /// Every line of up to five characters out of those that mean something.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: perl), "no Perl here"))
    func `Perl itself finds the same words`() throws {
        let alphabet = ["a", " ", "'", "\"", "\\"]
        var lines = [""]
        var longest = [""]
        for _ in 0..<5 {
            longest = longest.flatMap { line in alphabet.map { line + $0 } }
            lines += longest
        }
        let ours = lines.map { line in
            do {
                return try PerlShellWords.split(ByteString(line)).map { "<\($0.text ?? "")>" }
                    .joined()
            } catch {
                return ""
            }
        }
        let program = """
            use Text::ParseWords; while (<STDIN>) { chomp; \
            print join('', map { "<$_>" } shellwords($_)), "\\n" }
            """
        #expect(try Self.output(of: program, input: lines) == ours)
    }

    private static func output(of program: String, input: [String]) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: perl)
        process.arguments = ["-e", program]
        let (input, lines) = (Pipe(), input)
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let writer = Thread {
            input.fileHandleForWriting.write(Data(lines.map { $0 + "\n" }.joined().utf8))
            input.fileHandleForWriting.closeFile()
        }
        writer.start()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        process.waitUntilExit()
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(String.init)
    }
}
