/// An `-object`, as far as it says what protects or debugs the guest.
package struct ObjectOption: Equatable, Sendable {
    package let option: ArgumentVector.Option
    package let type: ByteString
    package let identifier: ByteString?
    /// A SEV or TDX policy as it is written.
    package let policyText: ByteString?

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
            policyText = root["policy"]?.scalarText
        } else {
            let list = KeyValueList(value, impliedKey: "qom-type")
            type = list["qom-type"] ?? ""
            identifier = list["id"]
            policyText = list["policy"]
        }
    }
}
