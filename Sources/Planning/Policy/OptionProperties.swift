/// What the value of one of QEMU's options states, whether written as `key=value,…` or as JSON,
/// as far as the policy looks at it.
///
/// Reading is generous. A value that QEMU would refuse is read as far as it goes: QEMU is the one
/// to say what is wrong with it, and a group too few only makes a feature fail.
struct OptionProperties {
    private let properties: [Property]

    struct Property: Equatable {
        /// Empty for a word without `=`: a type, or a switch turned on.
        let key: String
        let value: String
    }

    init(_ value: ByteString?) {
        let bytes = value?.bytes ?? []
        properties =
            bytes.first == UInt8(ascii: "{")
            ? Self.jsonProperties(bytes) : Self.keyValueProperties(bytes)
    }

    /// The first word, or the value of the key that QEMU lets it stand for.
    var type: String? {
        for property in properties {
            switch property.key {
            case "type", "driver", "qom-type": return property.value
            default: continue
            }
        }
        return properties.first.flatMap { $0.key.isEmpty ? $0.value : nil }
    }

    /// What `key` is set to; QEMU's last statement counts.
    subscript(key: String) -> String? { properties.last { $0.key == key }?.value }

    /// Whether any of the values of `key` passes `test`, at any depth of a JSON value.
    func anyValue(of key: String, _ test: (String) -> Bool) -> Bool {
        properties.contains { $0.key == key && test($0.value) }
    }

    /// Whether `key` is turned on: `key=on`, or the bare word.
    func turnsOn(_ key: String) -> Bool {
        switch self[key] {
        case "on", "yes", "true", "y": true
        case nil: properties.contains(Property(key: "", value: key))
        default: false
        }
    }
}
