import Planning
import Testing

struct PropertyStringTests {
    private func parse(_ text: String) throws(PropertyStringError) -> PropertyString {
        try PropertyString(
            parsing: ByteString(text),
            keys: ["file", "size", "flag"],
            defaultKey: "file",
            aliases: ["volume": "file"],
        )
    }

    @Test func `items are told apart by commas, and one may leave its key out`() throws {
        let properties = try parse("size=1K,a b,flag=x=y")
        #expect(properties["file"] == "a b")
        #expect(properties["size"] == "1K")
        #expect(properties["flag"] == "x=y")
        #expect(try parse("volume=x")["file"] == "x")
        #expect(try parse(",,file=x, ,")["file"] == "x")
        #expect(try parse("")["file"] == nil)
    }

    @Test(
        arguments: [
            ("a,b", .duplicateKey("file")),
            ("a,file=b", .duplicateKey("file")),
            ("file=a,volume=a", .duplicateKey("file")),
            ("size=1,size=1", .duplicateKey("size")),
            ("sise=1", .unknownKey("sise", known: ["file", "size", "flag"])),
            ("=x", .unknownKey("", known: ["file", "size", "flag"])),
            ("size=", .missingValue(key: "size")),
            ("file=a\0b", .controlCharacter("file=a\0b")),
            ("file=a\nb", .controlCharacter("file=a\nb")),
        ] as [(String, PropertyStringError)]
    )
    func `what Proxmox refuses is refused`(text: String, error: PropertyStringError) {
        #expect(throws: error) { try parse(text) }
        #expect(!error.message.utf8.contains { $0 < 0x20 })
    }

    @Test(arguments: [
        ("1", true), ("on", true), ("Yes", true), ("true", true), ("0", false), ("off", false),
        ("no", false), ("FALSE", false),
    ])
    func `booleans have many spellings here`(text: String, expected: Bool) throws {
        #expect(try parse("flag=\(text)").flag("flag") == expected)
    }

    @Test func `other text is no boolean`() throws {
        let properties = try parse("flag=2")
        #expect(throws: PropertyStringError.self) { try properties.flag("flag") }
        #expect(try properties.flag("size") == nil)
    }

    @Test func `a key with a slip in it is told what was meant`() {
        let error = PropertyStringError.unknownKey("efitipe", known: ["efitype", "file"])
        #expect(error.hint == "did you mean 'efitype'?")
    }
}
