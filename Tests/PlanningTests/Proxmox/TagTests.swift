import TestSupport
import Testing

@testable import Planning

struct TagTests {
    @Test(arguments: [
        ("a", "a"), ("_", "_"), ("9", "9"), ("NSV-7.1+x_y", "nsv-7.1+x_y"), ("a--", "a--"),
    ])
    func `a tag is a word, and case makes no difference`(text: String, tag: String) {
        #expect(Tag(text)?.text == tag)
    }

    @Test(arguments: [
        "", "-a", ".a", "+a", "a b", "a;b", "a,b", "a\n", "a\u{0}", "a/b", "a:b", "a=b", "ä",
        "a\u{301}",
        // The Kelvin sign is a K in lower case.
        "\u{212A}", "a\u{200B}", "a\u{A0}b",
    ])
    func `what Proxmox would not take is no tag`(text: String) {
        #expect(Tag(text) == nil)
    }

    private func settings(_ text: String) -> GuestConfiguration.Settings {
        GuestConfiguration(parsing: Array(text.utf8), vmid: 100).current
    }

    @Test(arguments: [
        ("", [String]()), ("tags: a", ["a"]), ("tags: a;b", ["a", "b"]),
        ("tags: a,b c;;d,", ["a", "b", "c", "d"]), ("tags:\ta\t;\u{B}b", ["a", "b"]),
        ("tags: A;a", ["a"]), ("tags: ;", []),
        // The last one counts, and only in the current section.
        ("tags: a\ntags: b", ["b"]), ("tags: a\n[PENDING]\ntags: b", ["a"]),
        ("[before]\ntags: a", []), ("[special:cloudinit]\ntags: a", []), ("[x y]\ntags: a", []),
        ("#tags: a", []), (" tags: a", []), ("Tags: a", []), ("tags a", []), ("tags0: a", []),
        ("description: x\ntags: a", ["a"]), ("tags: a\r", ["a"]),
    ])
    func `tags are read as Proxmox reads them`(text: String, tags: [String]) throws {
        #expect(try settings(text).tags().map(\.text) == tags)
    }

    @Test(arguments: [
        ("tags: a;-b", 1), ("name: x\ntags: a!", 2), ("tags: a\u{A0}b", 1), ("tags: ä", 1),
        ("tags: a\ntags: b/c", 2), ("tags: \u{202E}a", 1),
    ])
    func `tags that Proxmox ignores are an error with their line`(text: String, line: Int) throws {
        let error = try #require(throws: TagError.self) { try settings(text).tags() }
        #expect(error.line == line)
        #expect(!error.message.unicodeScalars.contains("\u{202E}"))
    }

    @Test func `bytes that are not UTF-8 are no tags`() {
        let bytes = Array("tags: a;".utf8) + [0xFF]
        let settings = GuestConfiguration(parsing: bytes, vmid: 100).current
        #expect(throws: TagError.self) { try settings.tags() }
    }
}
