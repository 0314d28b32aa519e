/// Which section types a file may have, and which keys each of them knows.
///
/// Names are static strings: the schema of launcher.conf is made at every launch, and costs nothing
/// so.
package struct SectionSchema: Sendable {
    package let types: [SectionType]

    package struct SectionType: Sendable {
        package let keys: [Key]
        let literal: StaticString

        package var name: String { literal.description }

        package init(_ name: StaticString, keys: [Key]) {
            literal = name
            self.keys = keys
        }
    }

    package struct Key: Sendable, ExpressibleByStringLiteral {
        package let isRepeatable: Bool
        let literal: StaticString

        package var name: String { literal.description }

        package init(_ name: StaticString, isRepeatable: Bool) {
            literal = name
            self.isRepeatable = isRepeatable
        }

        package init(stringLiteral value: StaticString) {
            self.init(value, isRepeatable: false)
        }
    }

    package init(_ types: [SectionType]) {
        self.types = types
    }

    /// The number of the section type of that name.
    func type(named name: Range<Int>, of bytes: Span<UInt8>) -> Int? {
        for type in types.indices where bytes.holds(types[type].literal, at: name) { return type }
        return nil
    }

    /// The number of the key of that name among those of a section type.
    func key(named name: Range<Int>, of bytes: Span<UInt8>, _ type: Int) -> Int? {
        for key in types[type].keys.indices
        where bytes.holds(types[type].keys[key].literal, at: name) { return key }
        return nil
    }
}
