import Planning
import Testing

struct JSONReaderTests {
    @Test(arguments: [
        #"{"a":"b"}"#, #" { "a" : [ 1 , -2.5e3 , true , false , null , {} , [] ] } "#,
        #"{'a':"it's",'b':'say "x"'}"#, "\t\r\n{}", #""\"\\\/\b\f\n\r\t\'""#, "0", "\"\"",
    ])
    func `the JSON of QEMU is read`(text: String) throws {
        _ = try JSONReader.read(ByteString(text))
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]", "{,}", "{a:1}",
        "{1:1}", "{\"a\":1 \"b\":2}", "{} {}", "{}x", "tru", "True", "0x10", "inf", "nan", "--1",
        "1.2.3", "\"a",
        "'a\"", "\"a\nb\"", "\"\u{1}\"", #""\x""#, #""\""#, #""\u12"# + "\"", #""\u12g4""#,
        #""\ud800""#, #""\ud800\n""#, #""\ud800\u0041""#, #""\udc00""#,
        #""\ud800\ud800""#, "/* */ {}", "%s",
    ])
    func `what is not JSON is refused, wherever it ends`(text: String) {
        #expect(throws: JSONError.self) { try JSONReader.read(ByteString(text)) }
    }

    @Test(arguments: [
        (#""\u0041""#, "A"), (#""\u00e9""#, "é"), (#""\ud83d\ude00""#, "😀"), (#"'\''"#, "'"),
        (#""dri\u0076er""#, "driver"), (#""\/\\\"""#, #"/\""#),
    ])
    func `escapes are resolved`(text: String, value: String) throws {
        #expect(try JSONReader.read(ByteString(text)).string == ByteString(value))
    }

    @Test(arguments: [#"{"a":1,"a":2}"#, #"{"a":1,'a':2}"#, #"{"a":1,"\u0061":2}"#])
    func `a key that stands twice is refused, however it is written`(text: String) {
        #expect(throws: JSONError.duplicateKey("a")) { try JSONReader.read(ByteString(text)) }
    }

    @Test func `the same key in another object is another key`() throws {
        let node = try JSONReader.read(#"{"a":{"a":1},"b":{"a":2}}"#)
        #expect(node.descendant(at: ["b", "a"])?.content == .number("2"))
        #expect(node.descendant(at: ["a", "b"]) == nil)
        #expect(node.descendant(at: []) == node)
    }

    /// As QEMU has it: two bytes that are no character, and no end of the string.
    @Test func `a NUL is two bytes`() throws {
        #expect(try JSONReader.read(#""a\u0000b""#).string?.bytes == [0x61, 0xC0, 0x80, 0x62])
    }

    @Test func `nesting is followed as far as QEMU follows it`() throws {
        let fine = String(repeating: "[", count: 1024) + String(repeating: "]", count: 1024)
        _ = try JSONReader.read(ByteString(fine))
        let deep = String(repeating: "{\"a\":", count: 100_000)
        #expect(throws: JSONError.nestedTooDeep) { try JSONReader.read(ByteString(deep)) }
    }

    @Test func `a text cut anywhere is refused, and never traps`() throws {
        let text = Array(#"{"a":[1,{'b':"\ud83d\ude00"}],"c":{"d":false,"e":null}}"#.utf8)
        _ = try JSONReader.read(ByteString(text))
        for end in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONReader.read(ByteString(text[..<end])) }
        }
    }

    @Test func `random bytes are read or refused, and what is read covers the text`() {
        var numbers = RepeatableNumbers(seed: 2)
        let alphabet = Array(#"{}[]:,"'\ud80019.-etrufalsn "#.utf8) + [0x00, 0x80, 0xFF, 0x0A]
        var readable = 0
        for _ in 0..<100_000 {
            let count = Int.random(in: 0...14, using: &numbers)
            let bytes = (0..<count).compactMap { _ in alphabet.randomElement(using: &numbers) }
            guard let node = try? JSONReader.read(ByteString(bytes)) else { continue }
            readable += 1
            #expect(!node.range.isEmpty && node.range.upperBound <= bytes.count)
        }
        #expect(readable > 100)
    }
}
