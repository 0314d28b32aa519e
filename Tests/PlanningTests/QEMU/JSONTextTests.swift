import Planning
import Testing

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
        var numbers = RepeatableNumbers(seed: 3)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...20, using: &numbers)
            let value = ByteString(
                (0..<count).map { _ in UInt8.random(in: 1...255, using: &numbers) }
            )
            #expect(try JSONReader.read(JSONText.quoted(value)).string == value)
        }
    }

    @Test func `in random objects a set value reads back and the others stay`() throws {
        var numbers = RepeatableNumbers(seed: 4)
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
    static func object(depth: Int, using numbers: inout RepeatableNumbers) -> String {
        let members = (0..<Int.random(in: 0...4, using: &numbers)).map { index in
            let key = Bool.random(using: &numbers) ? "\"k\(index)\"" : "'k\(index)'"
            return key + blank(&numbers) + ":" + blank(&numbers)
                + value(depth: depth - 1, using: &numbers)
        }
        let separator = blank(&numbers) + "," + blank(&numbers)
        return "{" + blank(&numbers) + members.joined(separator: separator) + blank(&numbers) + "}"
    }

    private static func value(depth: Int, using numbers: inout RepeatableNumbers) -> String {
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

    private static func blank(_ numbers: inout RepeatableNumbers) -> String {
        ["", "", " ", "\t"].randomElement(using: &numbers) ?? ""
    }
}
