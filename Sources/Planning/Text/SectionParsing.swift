extension SectionConfiguration {
    /// Reads one of our own files. What is not understood is an error with file and line, never a
    /// silently shorter configuration.
    ///
    /// Friendlier than Proxmox in two points: a header needs no empty line before it, and a line
    /// of blanks is an empty line. An empty line ends a section here too, so that the settings
    /// below a header that was commented out cannot fall to the section above.
    package init(
        strict bytes: [UInt8],
        file: String,
        schema: SectionSchema,
    ) throws(ConfigurationError) {
        var parser = StrictParser(bytes, file: file, schema: schema)
        self = try parser.parse()
    }
}

private struct StrictParser {
    private let schema: SectionSchema
    private var configuration: SectionConfiguration
    /// The line of each section's header.
    private var headers: [Header: Int] = [:]
    /// Number of the open section's type in the schema; `nil` if no section is open.
    private var type: Int?
    /// Where each key of the open section's type was set last: in an earlier section, where that
    /// line is not below the header.
    private var keyLines: [Int]

    private struct Header: Hashable {
        let type: ArraySlice<UInt8>
        let id: ArraySlice<UInt8>
    }

    init(_ bytes: [UInt8], file: String, schema: SectionSchema) {
        self.schema = schema
        configuration = SectionConfiguration(empty: bytes, file: file)
        keyLines = Array(repeating: 0, count: schema.types.map { $0.keys.count }.max() ?? 0)
    }

    mutating func parse() throws(ConfigurationError) -> SectionConfiguration {
        let content = configuration.bytes
        let bytes = content.span
        var lines = LineCursor(content.indices)
        while let line = lines.next(in: bytes) {
            let kind = SectionLine(line.range, of: bytes, typeEnd: .firstColon)
            if !line.isPlain { try check(line, kind) }
            switch kind {
            case .comment: break
            case .empty, .blank: type = nil
            case .header(let type, let id): try open(type, id, line, bytes)
            case .property(let key, let value): try add(key, value, line, bytes)
            case .zero, .other:
                throw error(line, .unintelligible(ByteString(content[line.range])))
            }
        }
        return configuration
    }

    private mutating func open(
        _ name: Range<Int>,
        _ id: Range<Int>,
        _ line: LineCursor.Line,
        _ bytes: Span<UInt8>,
    ) throws(ConfigurationError) {
        guard let type = schema.type(named: name, of: bytes) else {
            let found = configuration.bytes(name)
            throw error(line, .unknownSectionType(found: found, known: schema.types.map(\.name)))
        }
        self.type = type
        configuration.open(type: name, id: id, line)
        let header = Header(type: configuration.bytes[name], id: configuration.bytes[id])
        if let firstLine = headers.updateValue(line.number, forKey: header) {
            throw error(line, .duplicateSection(firstLine: firstLine))
        }
    }

    private mutating func add(
        _ name: Range<Int>,
        _ value: Range<Int>?,
        _ line: LineCursor.Line,
        _ bytes: Span<UInt8>,
    ) throws(ConfigurationError) {
        guard let type else {
            throw error(line, .settingOutsideSection(configuration.bytes(name)))
        }
        guard let key = schema.key(named: name, of: bytes, type) else {
            let known = schema.types[type].keys.map(\.name)
            throw error(line, .unknownKey(found: configuration.bytes(name), known: known))
        }
        let header = configuration.sections[configuration.sections.count - 1].line
        if keyLines[key] > header, !schema.types[type].keys[key].isRepeatable {
            let name = schema.types[type].keys[key].name
            throw error(line, .duplicateKey(name, firstLine: keyLines[key]))
        }
        if let value, let tab = line.lastTab, value.contains(tab) {
            throw error(line, .controlCharacter("\t"))
        }
        keyLines[key] = line.number
        configuration.add(line)
    }

    /// Bytes other than printable ASCII and tabs: good only as UTF-8 text that shows what it is.
    private func check(
        _ line: LineCursor.Line,
        _ kind: SectionLine,
    ) throws(ConfigurationError) {
        guard let text = String(validating: configuration.bytes[line.range], as: UTF8.self) else {
            throw error(line, .notUTF8)
        }
        guard text.utf8.last != UInt8(ascii: "\r") else { throw error(line, .carriageReturn) }
        let isComment = if case .comment = kind { true } else { false }
        for scalar in text.unicodeScalars where scalar != "\t" {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator:
                throw error(line, .controlCharacter(scalar))
            // They hide or reorder text; in a comment they do no harm and some scripts need them.
            case .format where !isComment:
                throw error(line, .controlCharacter(scalar))
            default: break
            }
        }
    }

    private func error(
        _ line: LineCursor.Line,
        _ cause: ConfigurationError.Cause,
    ) -> ConfigurationError {
        // An error in a setting names its section; other lines belong to no section.
        let section: ByteString? =
            switch cause {
            case .unknownKey, .duplicateKey, .duplicateSection:
                configuration.sections.last.map { ByteString(configuration.title(of: $0)) }
            default: nil
            }
        return ConfigurationError(
            file: configuration.file,
            line: line.number,
            section: section,
            cause: cause,
        )
    }
}

/// Which section types a file may have, and which keys each of them knows.
///
/// Names are static strings: the schema of launcher.conf is made at every launch, and in this way
/// costs nothing so.
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
