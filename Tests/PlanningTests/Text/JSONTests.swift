import Planning
import TestSupport
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
        var numbers = SplitMix(seed: 2)
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

struct JSONTextTests {
    @Test(arguments: [
        (#"{"a":1}"#, #"{"a":9}"#),
        (#"{ "a" : [1, 2] , "b":2}"#, #"{ "a" : 9 , "b":2}"#),
        (#"{"b":1}"#, #"{"b":1,"a":9}"#),
        (#"{"b":1 }"#, #"{"b":1,"a":9 }"#),
        ("{}", #"{"a":9}"#),
        ("{ }", #"{"a":9 }"#),
        (#"{'a':"x"}"#, "{'a':9}"),
        (#"{"\u0061":"x"}"#, #"{"\u0061":9}"#),
    ])
    func `setting a value changes its bytes only`(text: String, expected: String) throws {
        #expect(
            try JSONText(ByteString(text)).setting(["a"], to: "9").text == ByteString(expected)
        )
    }

    @Test(arguments: [
        (#"{"a":1}"#, "{}"),
        (#"{"a":1,"b":2}"#, #"{"b":2}"#),
        (#"{"b":2,"a":1}"#, #"{"b":2}"#),
        (#"{"b":2 , "a":1 , "c":3}"#, #"{"b":2 , "c":3}"#),
        (#"{ "a":1 , "c":3}"#, #"{ "c":3}"#),
        (#"{"b":2}"#, #"{"b":2}"#),
    ])
    func `removing a member takes one comma with it`(text: String, expected: String) throws {
        #expect(try JSONText(ByteString(text)).removing(["a"]).text == ByteString(expected))
    }

    @Test func `a value below something that is no object cannot be set`() throws {
        for text: ByteString in [#"{"a":1}"#, #"{"a":[]}"#, #"{"a":"{}"}"#, "{}"] {
            #expect(throws: JSONError.self) {
                try JSONText(text).setting(["a", "b"], to: "1")
            }
            #expect(try JSONText(text).removing(["a", "b"]).text == text)
        }
    }

    @Test func `any bytes survive being quoted`() throws {
        var numbers = SplitMix(seed: 3)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...20, using: &numbers)
            let value = ByteString(
                (0..<count).map { _ in UInt8.random(in: 1...255, using: &numbers) }
            )
            #expect(try JSONReader.read(JSONText.quoted(value)).string == value)
        }
    }

    @Test func `in random objects a set value reads back and the others stay`() throws {
        var numbers = SplitMix(seed: 4)
        for _ in 0..<3000 {
            let text = RandomJSON.object(depth: 3, using: &numbers)
            let before = try JSONText(ByteString(text))
            let members = before.root.members
            let key = members.randomElement(using: &numbers)?.key ?? "new"
            let path: [ByteString] = Bool.random(using: &numbers) ? [key] : ["absent"]
            let after = try before.setting(path, to: "[42]")
            #expect(after.root.descendant(at: path)?.content.isArray == true)
            for member in members where [member.key] != path {
                let same = after.root[member.key]
                let (old, new) = (member.value.range, try #require(same).range)
                #expect(before.text.bytes[old] == after.text.bytes[new], "\(text)")
            }
            let without = try before.removing(path)
            #expect(without.root[path[0]] == nil)
            #expect(
                without.root.members.count == members.count
                    - (path == [key] && key != "new" ? 1 : 0)
            )
        }
    }
}

extension JSONNode.Content {
    fileprivate var isArray: Bool {
        if case .array = self { true } else { false }
    }
}

/// JSON texts of every kind of value, with blanks in odd places.
private enum RandomJSON {
    static func object(depth: Int, using numbers: inout SplitMix) -> String {
        let members = (0..<Int.random(in: 0...4, using: &numbers)).map { index in
            let key = Bool.random(using: &numbers) ? "\"k\(index)\"" : "'k\(index)'"
            return key + blank(&numbers) + ":" + blank(&numbers)
                + value(depth: depth - 1, using: &numbers)
        }
        let separator = blank(&numbers) + "," + blank(&numbers)
        return "{" + blank(&numbers) + members.joined(separator: separator) + blank(&numbers) + "}"
    }

    private static func value(depth: Int, using numbers: inout SplitMix) -> String {
        let scalars = ["1", "-0.5", "true", "false", "null", "\"a,}]\"", "'\\''", #""\u0041""#]
        switch Int.random(in: 0...4, using: &numbers) {
        case 0 where depth > 0: return object(depth: depth, using: &numbers)
        case 1 where depth > 0:
            let count = Int.random(in: 0...3, using: &numbers)
            let elements = (0..<count).map { _ in value(depth: depth - 1, using: &numbers) }
            return "[" + elements.joined(separator: ",") + "]"
        default: return scalars.randomElement(using: &numbers) ?? "0"
        }
    }

    private static func blank(_ numbers: inout SplitMix) -> String {
        ["", "", " ", "\t"].randomElement(using: &numbers) ?? ""
    }
}
