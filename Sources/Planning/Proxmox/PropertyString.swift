/// Proxmox's way of writing several properties in one value: `KEY=VALUE` items between commas,
/// one of which may leave its key out (pve-common JSONSchema.pm `parse_property_string`). There is
/// no escaping: a value with a comma in it cannot be written.
package struct PropertyString: Hashable, Sendable {
    private var values: [String: String] = [:]

    /// - Parameters:
    ///   - keys: all that are known; another one makes the whole value wrong, as in Proxmox.
    ///   - defaultKey: the key of the item that has none.
    ///   - aliases: other names of keys.
    package init(
        parsing bytes: ByteString,
        keys: [String],
        defaultKey: String,
        aliases: [String: String] = [:],
    ) throws(PropertyStringError) {
        guard let text = bytes.text else { throw .notUTF8(bytes) }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw .controlCharacter(bytes)
        }
        for item in text.utf8.split(separator: UInt8(ascii: ",")) where !item.allSatisfy(isBlank) {
            let (name, value) = Self.parts(of: Substring(item))
            let key = name.map { aliases[$0] ?? $0 } ?? defaultKey
            guard keys.contains(key) else {
                throw .unknownKey(key, known: keys)
            }
            guard !value.isEmpty else { throw .missingValue(key: key) }
            guard values.updateValue(value, forKey: key) == nil else {
                throw .duplicateKey(key)
            }
        }
    }

    package subscript(key: String) -> String? { values[key] }

    private static func parts(of item: Substring) -> (name: String?, value: String) {
        guard let equals = item.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            return (nil, String(item))
        }
        return (String(item[..<equals]), String(item[item.utf8.index(after: equals)...]))
    }

    /// The value as one of a few words.
    package func word<Word: RawRepresentable & CaseIterable>(
        _ key: String,
    ) throws(PropertyStringError) -> Word? where Word.RawValue == String {
        guard let found = values[key] else { return nil }
        guard let word = Word(rawValue: found) else {
            let expected = alternatives(Word.allCases.map(\.rawValue))
            throw .badValue(key: key, found: found, expected: expected)
        }
        return word
    }

    /// A boolean in any of Proxmox's spellings.
    package func flag(_ key: String) throws(PropertyStringError) -> Bool? {
        guard let found = values[key] else { return nil }
        switch found.lowercased() {
        case "1", "on", "yes", "true": return true
        case "0", "off", "no", "false": return false
        default: throw .badValue(key: key, found: found, expected: alternatives(["0", "1"]))
        }
    }
}
