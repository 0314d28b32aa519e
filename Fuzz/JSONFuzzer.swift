import Foundation
import Planning

/// JSON, compared with Foundation's parser. If both read a text, they see the same, and an edit
/// changes for Foundation only what was edited.
func fuzzJSON(_ bytes: [UInt8]) {
    let text = ByteString(bytes)
    let reference = try? JSONSerialization.jsonObject(
        with: Data(bytes),
        options: .fragmentsAllowed
    )
    do {
        let json = try JSONText(text)
        // A NUL is a NUL to Foundation, and two bytes to QEMU.
        let hasNUL = String(decoding: bytes, as: UTF8.self).contains("u0000")
        if let reference, !hasNUL {
            require(isSame(json.root, reference), "it reads something else")
            edit(json)
        }
    } catch .unexpected {
        // Foundation takes other encodings than UTF-8, U+0000, and a comma after the last member.
        let isUTF8 = bytes.first.map { $0 != 0 && $0 < 0x80 } ?? false
        let packed = bytes.filter { $0 > 0x20 }
        let isLax =
            bytes.contains(0) || String(decoding: bytes, as: UTF8.self).contains("u0000")
            || zip(packed, packed.dropFirst()).contains { $0 == 0x2C && [0x5D, 0x7D].contains($1) }
        require(reference == nil || !isUTF8 || isLax, "it is refused")
    } catch {}
}

private let new: ByteString = #"{"x":[1,"'"]}"#

private func edit(_ json: JSONText) {
    guard case .object(let members) = json.root.content, let before = object(json.text) else {
        return
    }
    for key in members.map(\.key) + ["new"] {
        guard let name = key.text, let edited = try? json.setting([key], to: new) else { continue }
        guard var after = object(edited.text), let set = after[name],
            let wanted = try? JSONReader.read(new)
        else { fatalError("it cannot be read with a new member") }
        require(isSame(wanted, set), "what was set does not read back")
        after[name] = before[name]
        require(canonical(after) == canonical(before), "another member changed")

        guard let removed = try? json.removing([key]), let rest = object(removed.text) else {
            fatalError("it cannot be read without a member")
        }
        var expected = before
        expected[name] = nil
        require(canonical(rest) == canonical(expected), "removing did more")
    }
}

private func object(_ text: ByteString) -> [String: Any]? {
    (try? JSONSerialization.jsonObject(with: Data(text.bytes))) as? [String: Any]
}

private func canonical(_ object: [String: Any]) -> Data? {
    try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
}

private func isSame(_ node: JSONNode, _ other: Any) -> Bool {
    switch (node.content, other) {
    case (.object(let members), let other as [String: Any]):
        // Keys that Unicode calls equal are one key to Swift's dictionaries, and two to QEMU.
        return members.count != other.count
            || members.allSatisfy { member in
                guard let key = member.key.text, let value = other[key] else { return false }
                return isSame(member.value, value)
            }
    case (.array(let elements), let other as [Any]):
        return elements.count == other.count && zip(elements, other).allSatisfy(isSame)
    case (.string(let string), let other as String):
        return string.bytes.elementsEqual(other.utf8)
    case (.bool(let bool), let other as Bool): return bool == other
    case (.number(let digits), let other as NSNumber):
        guard let number = digits.text.flatMap(Double.init) else { return false }
        // Foundation keeps 38 digits and rounds several times; ours are kept as they are written.
        return number == other.doubleValue || digits.bytes.count > 38
    case (.null, is NSNull): return true
    default: return false
    }
}
