/// An `-object`, as far as it says what protects or debugs the guest.
package struct ObjectOption: Equatable, Sendable {
    private let stated: StatedOption
    package let quote: String

    package var type: ByteString { self["qom-type"] ?? "" }
    package var identifier: ByteString? { self["id"] }

    /// Strings and numbers as they are written, truth values as `on` and `off`.
    package subscript(key: ByteString) -> ByteString? { stated[key] }

    /// A SEV or TDX policy as it is written.
    package var policyText: ByteString? { self["policy"] }

    package static func all(
        in commandLine: QEMUCommandLine
    ) throws(AttachmentError) -> [ObjectOption] {
        var objects: [ObjectOption] = []
        for option in commandLine.all("object") {
            let quote = commandLine.quote(option)
            if case .json(let error) = option.problem {
                throw .unreadableJSON(option: quote, error)
            }
            objects.append(ObjectOption(stated: option, quote: quote))
        }
        return objects
    }
}

extension JSONNode {
    /// As the value would stand after `key=`; `nil` for what has no such form.
    package var optionText: ByteString? {
        switch content {
        case .string(let text), .number(let text): text
        case .bool(let truth): truth ? "on" : "off"
        case .object, .array, .null: nil
        }
    }
}
