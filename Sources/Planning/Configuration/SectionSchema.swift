/// Which section types a file may have, and which keys each of them knows.
package struct SectionSchema: Sendable {
    package let types: [SectionType]

    package struct SectionType: Sendable {
        package let name: String
        package let keys: [Key]

        let nameBytes: [UInt8]

        package init(_ name: String, keys: [Key]) {
            self.name = name
            self.keys = keys
            nameBytes = Array(name.utf8)
        }
    }

    package struct Key: Sendable, ExpressibleByStringLiteral {
        package let name: String
        package let isRepeatable: Bool

        let nameBytes: [UInt8]

        package init(_ name: String, isRepeatable: Bool) {
            self.name = name
            self.isRepeatable = isRepeatable
            nameBytes = Array(name.utf8)
        }

        package init(stringLiteral value: String) {
            self.init(value, isRepeatable: false)
        }
    }

    package init(_ types: [SectionType]) {
        self.types = types
    }

    /// The number of the section type of that name.
    func type(_ configuration: SectionConfiguration, _ name: Range<Int>) -> Int? {
        for type in types.indices where configuration.matches(name, types[type].nameBytes) {
            return type
        }
        return nil
    }

    /// The number of the key of that name.
    func key(_ configuration: SectionConfiguration, _ name: Range<Int>, ofType type: Int) -> Int? {
        for key in types[type].keys.indices
        where configuration.matches(name, types[type].keys[key].nameBytes) {
            return key
        }
        return nil
    }
}
