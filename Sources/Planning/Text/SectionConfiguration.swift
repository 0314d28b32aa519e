/// A file in Proxmox's section-config grammar, the one of storage.cfg: headers `TYPE: ID` in the
/// first column, below each its indented `KEY VALUE` lines, and an empty line after them.
///
/// One parser serves two dialects: ``init(strict:file:schema:)`` for our own launcher.conf, and
/// ``init(lax:file:)``, which reads a file as Proxmox does. Nothing is copied while parsing: types
/// and IDs are ranges of the file's bytes until somebody asks for one of them, and settings are
/// looked for only in a section that somebody asks for, as there may be thousands.
package struct SectionConfiguration: Sendable {
    package let file: String
    package internal(set) var sections: [Section] = []
    /// What Proxmox would have warned about. Always empty in the strict dialect.
    package internal(set) var warnings: [ConfigurationWarning] = []

    let bytes: [UInt8]

    /// Small, because there may be thousands.
    package struct Section: Sendable {
        private let typeRange: Range<UInt32>
        private let idRange: Range<UInt32>
        private let lineNumber: UInt32
        /// Where its last setting ends; that of a section without settings is the ID's.
        fileprivate var end: UInt32

        package var type: Range<Int> { Range(typeRange) }
        package var id: Range<Int> { Range(idRange) }
        /// Of the header, counted from 1.
        package var line: Int { Int(lineNumber) }
        /// From after the header's ID to the end of the last setting.
        fileprivate var body: Range<Int> { Int(idRange.upperBound)..<Int(end) }

        fileprivate init(type: Range<Int>, id: Range<Int>, line: Int) {
            typeRange = Range(type)
            idRange = Range(id)
            lineNumber = UInt32(line)
            end = idRange.upperBound
        }
    }

    package struct Property: Sendable {
        package let key: Range<Int>
        /// `nil` if the key stands alone.
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
        bytes.span.holds(text, at: range)
    }

    package func matches(_ range: Range<Int>, _ other: [UInt8]) -> Bool {
        guard range.count == other.count else { return false }
        for offset in other.indices where bytes[range.lowerBound + offset] != other[offset] {
            return false
        }
        return true
    }

    /// In the order of the file. A key may be there several times: in the strict dialect only if
    /// the schema says so.
    package func properties(of section: Section) -> [Property] {
        let bytes = bytes.span
        var properties: [Property] = []
        var lines = LineCursor(section.body, number: section.line)
        while let line = lines.next(in: bytes) {
            let kind = SectionLine(line.range, of: bytes, typeEnd: .firstColon)
            guard case .property(let key, let value) = kind else { continue }
            properties.append(Property(key: key, value: value, line: line.number))
        }
        return properties
    }

    /// How messages name the section: `vm: 100`.
    package func title(of section: Section) -> String {
        "\(text(section.type)): \(text(section.id))"
    }

    mutating func open(type: Range<Int>, id: Range<Int>, _ line: LineCursor.Line) {
        sections.append(Section(type: type, id: id, line: line.number))
    }

    /// The last section's settings reach up to here.
    mutating func add(_ line: LineCursor.Line) {
        sections[sections.count - 1].end = UInt32(line.range.upperBound)
    }
}

extension Range<Int> {
    fileprivate init(_ range: Range<UInt32>) {
        self = Int(range.lowerBound)..<Int(range.upperBound)
    }
}

extension Range<UInt32> {
    /// - Parameter range: of a file that is shorter than 4 GiB.
    fileprivate init(_ range: Range<Int>) {
        self = UInt32(range.lowerBound)..<UInt32(range.upperBound)
    }
}

extension Span<UInt8> {
    @inline(__always)
    func holds(_ text: StaticString, at range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        let part = extracting(range)
        let start = unsafe text.utf8Start
        for offset in part.indices where unsafe part[offset] != start[offset] { return false }
        return true
    }
}

extension SectionConfiguration {
    /// Reads a file exactly as Proxmox reads storage.cfg (pve-common SectionConfig.pm
    /// `parse_config`), its surprises included, so that both see the same storages:
    ///
    /// - a section ends only at an empty line, a line `0` or the end of the file; a header before
    ///   that is ignored, and the settings below it fall to the section above;
    /// - a line of blanks, or what is left of an empty line with CRLF, ends nothing;
    /// - a line that is neither header, setting nor comment is ignored.
    ///
    /// What is ignored is in ``warnings``. Which types, keys and values are good is the caller's
    /// business, and so are duplicates: all of them are in ``sections``, in order.
    package init(lax bytes: [UInt8], file: String) {
        self.init(empty: bytes, file: file)
        let content = bytes.span
        var lines = LineCursor(bytes.indices)
        var isInSection = false
        while let line = lines.next(in: content) {
            let kind = SectionLine(line.range, of: content, typeEnd: .lastColon)
            switch (kind, isInSection) {
            case (.comment, _): break
            case (.empty, _), (.zero, _): isInSection = false
            case (.property, true): add(line)
            case (.header(let type, let id), false):
                open(type: type, id: id, line)
                isInSection = true
            case (.header, true):
                warn(.swallowedHeader(ByteString(bytes[line.range])), line, isInSection)
            case (.blank, _), (.other, _), (.property, false):
                warn(.ignoredLine(ByteString(bytes[line.range])), line, isInSection)
            }
        }
    }

    private mutating func warn(
        _ cause: ConfigurationWarning.Cause,
        _ line: LineCursor.Line,
        _ isInSection: Bool,
    ) {
        warnings.append(
            ConfigurationWarning(
                file: file,
                line: line.number,
                section: isInSection ? sections.last.map { bytes($0.id) } : nil,
                cause: cause,
            )
        )
    }
}
