import Foundation
import Planning
import Testing

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
