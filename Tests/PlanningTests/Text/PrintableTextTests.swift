import Planning
import Testing

struct PrintableTextTests {
    @Test(arguments: [
        "", "plain ASCII ~!'\\", "Größe", "e\u{301}", "日本語", "\u{1F4A9}", "العربية", "…–“”",
    ])
    func `what can be seen stays as it is`(text: String) {
        #expect(printable(text) == text)
        #expect(printable(text, as: .json) == text)
    }

    @Test(arguments: [
        ("\u{0}", #"\x00"#, #"\u0000"#), ("\n", #"\n"#, #"\u000a"#), ("\t", #"\t"#, #"\u0009"#),
        ("\u{1B}[31m", #"\x1b[31m"#, #"\u001b[31m"#), ("\u{7F}", #"\x7f"#, #"\u007f"#),
        // C1: a terminal takes U+009B for ESC [.
        ("\u{80}", #"\xc2\x80"#, #"\u0080"#), ("\u{9B}31m", #"\xc2\x9b31m"#, #"\u009b31m"#),
        ("\u{9F}", #"\xc2\x9f"#, #"\u009f"#),
        // Bidirectional text.
        ("\u{202A}", #"\xe2\x80\xaa"#, #"\u202a"#), ("\u{202E}", #"\xe2\x80\xae"#, #"\u202e"#),
        ("\u{2066}", #"\xe2\x81\xa6"#, #"\u2066"#), ("\u{2069}", #"\xe2\x81\xa9"#, #"\u2069"#),
        ("\u{200E}", #"\xe2\x80\x8e"#, #"\u200e"#), ("\u{200F}", #"\xe2\x80\x8f"#, #"\u200f"#),
        ("\u{61C}", #"\xd8\x9c"#, #"\u061c"#),
        // Of no width, or none that can be told from a blank.
        ("a\u{200B}b", #"a\xe2\x80\x8bb"#, #"a\u200bb"#),
        ("\u{200D}", #"\xe2\x80\x8d"#, #"\u200d"#), ("\u{FEFF}", #"\xef\xbb\xbf"#, #"\ufeff"#),
        ("\u{AD}", #"\xc2\xad"#, #"\u00ad"#), ("\u{34F}", #"\xcd\x8f"#, #"\u034f"#),
        ("\u{FE0F}", #"\xef\xb8\x8f"#, #"\ufe0f"#), ("\u{3164}", #"\xe3\x85\xa4"#, #"\u3164"#),
        ("\u{A0}", #"\xc2\xa0"#, #"\u00a0"#), ("\u{3000}", #"\xe3\x80\x80"#, #"\u3000"#),
        ("\u{2028}", #"\xe2\x80\xa8"#, #"\u2028"#), ("\u{2029}", #"\xe2\x80\xa9"#, #"\u2029"#),
        // Tags, and what has no meaning.
        ("\u{E0041}", #"\xf3\xa0\x81\x81"#, #"\udb40\udc41"#),
        ("\u{E000}", #"\xee\x80\x80"#, #"\ue000"#), ("\u{378}", #"\xcd\xb8"#, #"\u0378"#),
    ])
    func `what cannot is written down`(text: String, bytes: String, json: String) {
        #expect(printable(text) == bytes)
        #expect(printable(text, as: .json) == json)
        #expect(printable("Größe \(text)") == "Größe \(bytes)")
        #expect(ByteString(text).escaped == bytes)
        #expect(quoted(text) == "'\(bytes)'")
    }

    @Test func `what is spared stays`() {
        #expect(printable("a\n\tb\u{1B}", sparing: ["\n", "\t"]) == "a\n\tb\\x1b")
        #expect(printable("a\r\nb", sparing: ["\n"]) == "a\\r\nb")
    }

    @Test func `bytes can be told from what is written for them`() {
        #expect(ByteString(#"\x1b"#).escaped == #"\\x1b"#)
        #expect(ByteString("\\\u{1B}\\").escaped == #"\\\x1b\\"#)
        #expect(ByteString([0xC3]).escaped == #"\xc3"#)
        #expect(ByteString([0x9B, 0x61, 0x5C, 0xFF]).escaped == #"\x9ba\\\xff"#)
        #expect(ByteString("ä\n").escaped == #"ä\n"#)
    }
}

struct NearestNameTests {
    @Test(
        arguments: [
            ("plna", "plan"), ("pn", nil), ("EPYC-Millan", "EPYC-Milan"),
            ("epyc-milan", "EPYC-Milan"), ("polcy", "policy"), ("start", nil), ("nas", nil),
            ("", nil), (String(repeating: "x", count: 100), nil),
        ] as [(String, String?)]
    )
    func `two letters may be wrong, and half of a short name`(found: String, meant: String?) {
        let known = ["plan", "policy", "EPYC-Milan", "n1"]
        #expect(nearest(to: found, among: known) == meant)
        #expect(meantHint(for: found, among: known) == meant.map { "did you mean '\($0)'?" })
    }

    @Test func `of many names, twenty are listed`() {
        let known = (10..<35).map { "storage\($0)" }
        #expect(keyHint(for: "other", among: known).hasSuffix("'storage29' and 5 more"))
        #expect(keyHint(for: "other", among: ["a1", "b1"]) == "there are 'a1', 'b1'")
    }
}
