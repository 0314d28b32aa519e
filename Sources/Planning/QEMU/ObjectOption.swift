/// An `-object`, as far as it says what protects or debugs the guest.
package struct ObjectOption: Equatable, Sendable {
    package let option: ArgumentVector.Option
    package let type: ByteString
    package let identifier: ByteString?
    /// Strings and numbers as they are written, truth values as `on` and `off`.
    private let properties: [ByteString: ByteString]

    package subscript(key: ByteString) -> ByteString? { properties[key] }

    /// A SEV or TDX policy as it is written.
    package var policyText: ByteString? { self["policy"] }

    package static func all(in vector: ArgumentVector) throws(AttachmentError) -> [ObjectOption] {
        var objects: [ObjectOption] = []
        for option in vector.all("object") {
            guard let value = option.value else { continue }
            do {
                objects.append(try ObjectOption(option, value))
            } catch {
                throw .unreadableJSON(option: vector.quote(option), error)
            }
        }
        return objects
    }

    package init(_ option: ArgumentVector.Option, _ value: ByteString) throws(JSONError) {
        self.option = option
        if value.bytes.first == UInt8(ascii: "{") {
            let root = try JSONReader.read(value)
            type = root["qom-type"]?.string ?? ""
            identifier = root["id"]?.string
            properties = Dictionary(
                root.members.compactMap { member in
                    member.value.optionText.map { (member.key, $0) }
                },
                uniquingKeysWith: { first, _ in first },
            )
        } else {
            let list = KeyValueList(value, impliedKey: "qom-type")
            type = list["qom-type"] ?? ""
            identifier = list["id"]
            properties = Dictionary(
                list.items.map { ($0.key, $0.value) },
                uniquingKeysWith: { _, last in last },
            )
        }
    }
}

extension JSONNode {
    /// As the value would stand behind `key=`; `nil` for what has no such form.
    package var optionText: ByteString? {
        switch content {
        case .string(let text), .number(let text): text
        case .bool(let truth): truth ? "on" : "off"
        case .object, .array, .null: nil
        }
    }
}
