/// Proxmox's way of writing several properties in one value: `KEY=VALUE` items between commas; one
/// of them may leave its key out (pve-common JSONSchema.pm `parse_property_string`). There is no
/// escaping: a value cannot contain a comma.
package struct PropertyString: Hashable, Sendable {
    private var values: [String: String] = [:]

    /// - Parameters:
    ///   - keys: all that are known; another one makes the whole value wrong, as in Proxmox.
    ///   - defaultKey: the key of an item without a key.
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

/// Why a text is not a property string of the kind that is wanted.
package enum PropertyStringError: Failure {
    case notUTF8(ByteString)
    case controlCharacter(ByteString)
    case unknownKey(String, known: [String])
    case duplicateKey(String)
    case missingKey(String)
    case missingValue(key: String)
    case badValue(key: String, found: String, expected: String)
    case badVolume(key: String, VolumeIDError)

    package var message: String {
        switch self {
        case .notUTF8(let text): "not UTF-8 text: \(excerpt(text))"
        case .controlCharacter(let text): "control character in \(excerpt(text))"
        case .unknownKey(let key, _): "unknown property \(excerpt(ByteString(key)))"
        case .duplicateKey(let key): "\(quoted(key)) is set twice"
        case .missingKey(let key): "\(quoted(key)) is missing"
        case .missingValue(let key): "\(quoted(key)) has no value"
        case .badValue(let key, let found, let expected):
            "\(quoted(key)): wrong value (expected \(expected), found \(excerpt(ByteString(found))))"
        case .badVolume(let key, let error): "\(quoted(key)): \(error.message)"
        }
    }

    package var hint: String? {
        switch self {
        case .unknownKey(let key, let known): keyHint(for: key, among: known)
        case .badVolume(_, let error): error.hint
        case .notUTF8, .controlCharacter, .duplicateKey, .missingKey, .missingValue, .badValue: nil
        }
    }

    package var exitStatus: ExitStatus { .configuration }
}
