import Foundation
import Planning
import TestSupport
import Testing

/// Words quoted as `qm showcmd` prints them, by Perl's String::ShellQuote; written from that
/// module's documentation and behaviour, for a `qm` that is none.
enum PerlShellQuote {
    static func quote(_ words: [ByteString]) -> ByteString {
        // A word with '=' in front of all others would be a variable's assignment to a shell.
        let command = words.firstIndex { !$0.isEmpty && !$0.bytes.contains(UInt8(ascii: "=")) }
        let quoted = words.enumerated().map { index, word in
            quote(word, isAssignment: index < command ?? words.count)
        }
        return ByteString(quoted.joined(separator: [UInt8(ascii: " ")]))
    }

    private static func quote(_ word: ByteString, isAssignment: Bool) -> [UInt8] {
        guard !word.isEmpty else { return Array("''".utf8) }
        let isPlain = word.bytes.allSatisfy { byte in
            byte < 0x80
                && (Unicode.Scalar(byte).properties.isAlphabetic || (0x30...0x39).contains(byte)
                    || "_!%+,-./:=@^".utf8.contains(byte))
        }
        guard !isPlain || isAssignment && word.bytes.contains(UInt8(ascii: "=")) else {
            return word.bytes
        }
        var text: [UInt8] = []
        var rest = word.bytes[...]
        while let first = rest.first {
            let quotes = rest.prefix { $0 == UInt8(ascii: "'") }
            switch quotes.count {
            case 0: text.append(first)
            case 1: text += #"'\''"#.utf8
            // Several in a row stand in double quotes.
            default: text += Array(#"'""#.utf8) + quotes + Array(#""'"#.utf8)
            }
            rest = rest.dropFirst(max(1, quotes.count))
        }
        let quoted = Array("'".utf8) + text + Array("'".utf8)
        let start = quoted.starts(with: "''".utf8) ? 2 : 0
        let end = quoted[start...].suffix(2).elementsEqual("''".utf8) ? 2 : 0
        return Array(quoted[start..<(quoted.count - end)])
    }

    /// What `qm showcmd --pretty` makes of it: a line break in front of every ` -`, in quoted text
    /// as well.
    static func pretty(_ quoted: ByteString) -> ByteString {
        ByteString(String(decoding: quoted.bytes, as: UTF8.self).replacing(" -", with: " \\\n  -"))
    }
}

/// The stand-in for `qm` quotes as the Perl module does that `qm` uses.
struct PerlShellQuoteTests {
    private static let isInstalled: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/perl")
        process.arguments = ["-MString::ShellQuote", "-e", "1"]
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    private static let lines: [[ByteString]] = [
        ["/usr/bin/kvm", "-id", "100"], ["a=b", "c=d", "kvm", "e=f"], ["kvm", ""], ["", "a=b"],
        ["it's"], ["'"], ["''"], ["'''a''"], ["a''b'c"], ["'a'"], ["a b", "a\nb", "a\\b", "$x"],
        [#"{"a":"b,c"}"#], ["!%+,-./:=@^_"], ["~", "#", "*"], ["gr\u{FC}n"],
    ]

    @Test(
        .enabled(if: isInstalled, "Debian's libstring-shellquote-perl is not installed"),
        arguments: lines
    )
    func `words are quoted as by the module, and read back`(words: [ByteString]) async throws {
        let script = "use String::ShellQuote; print shell_quote(@ARGV)"
        let call: [ByteString] = ["perl", "-e", ByteString(script), "--"] + words
        let outcome = try await run(Child.Request(program: "/usr/bin/perl", arguments: call))
        let expected = ByteString(outcome.output)
        #expect(PerlShellQuote.quote(words) == expected)
        #expect(try QuotedCommandLine.words(expected) == words)
    }

    @Test(arguments: lines)
    func `what is quoted is read back`(words: [ByteString]) throws {
        #expect(try QuotedCommandLine.words(PerlShellQuote.quote(words)) == words)
    }
}

/// Our reading of a line's words, held against Perl's own.
struct PerlItselfTests {
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
