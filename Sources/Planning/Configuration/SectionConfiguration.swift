/// A file in Proxmox's section-config grammar, the one of storage.cfg: headers `TYPE: ID` in the
/// first column, below each its indented `KEY VALUE` lines, and an empty line after them.
///
/// One parser serves two dialects: ``init(strict:file:schema:)`` for our own launcher.conf, and
/// ``init(lax:file:)``, which reads a file as Proxmox does. Nothing is copied while parsing: types,
/// IDs, keys and values are ranges of the file's bytes until somebody asks for one of them.
package struct SectionConfiguration: Sendable {
    package let file: String
    package internal(set) var sections: [Section] = []
    /// What Proxmox would have warned about. Always empty in the strict dialect.
    package internal(set) var warnings: [ConfigurationWarning] = []

    let bytes: [UInt8]
    var properties: [Property] = []

    package struct Section: Sendable {
        package let type: Range<Int>
        package let id: Range<Int>
        /// Of the header, counted from 1.
        package let line: Int
        package internal(set) var properties: Range<Int>
    }

    package struct Property: Sendable {
        package let key: Range<Int>
        /// `nil` where the key stands alone.
        package let value: Range<Int>?
        package let line: Int
    }

    init(empty bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }
}

extension SectionConfiguration {
    package func bytes(_ range: Range<Int>) -> ByteString {
        ByteString(bytes[range])
    }

    /// The text, with what is not UTF-8 repaired; the strict dialect accepts nothing but UTF-8.
    package func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    package func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
        text.utf8CodeUnitCount == range.count
            && text.withUTF8Buffer { unsafe bytes[range].elementsEqual($0) }
    }

    package func matches(_ range: Range<Int>, _ other: [UInt8]) -> Bool {
        guard range.count == other.count else { return false }
        for offset in other.indices where bytes[range.lowerBound + offset] != other[offset] {
            return false
        }
        return true
    }

    package func properties(of section: Section) -> ArraySlice<Property> {
        properties[section.properties]
    }

    /// The first property of that name; in the strict dialect there is at most one, unless the
    /// schema says that the key may be repeated.
    package func property(_ key: StaticString, of section: Section) -> Property? {
        properties(of: section).first { matches($0.key, key) }
    }

    /// How messages name the section: `vm: 100`.
    package func title(of section: Section) -> String {
        "\(text(section.type)): \(text(section.id))"
    }

    mutating func open(type: Range<Int>, id: Range<Int>, line: Int) {
        let next = properties.count
        sections.append(Section(type: type, id: id, line: line, properties: next..<next))
    }

    mutating func add(key: Range<Int>, value: Range<Int>?, line: Int) {
        properties.append(Property(key: key, value: value, line: line))
        let last = sections.count - 1
        sections[last].properties = sections[last].properties.lowerBound..<properties.count
    }
}
