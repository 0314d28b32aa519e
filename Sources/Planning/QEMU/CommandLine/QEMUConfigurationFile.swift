/// A file of `-readconfig`, or QEMU's own qemu.conf: groups of quoted settings.
///
/// The grammar is what `qemu_config_foreach` in QEMU's util/qemu-config.c makes of `fgets` and
/// `sscanf`: `[group]` or `[group "id"]`, then `key = "value"`; `#` starts a comment. It is
/// followed to the letter, because a file that QEMU understands and we do not could hold another
/// firmware. A line that fits nothing is kept as ``brokenLine``: QEMU
/// refuses such a file.
package struct QEMUConfigurationFile: Equatable, Sendable {
    /// From one header to the next: one option of QEMU.
    package struct Section: Equatable, Sendable {
        package let group: ByteString
        package let identifier: ByteString?
        /// Of the header.
        package let line: Int
        package fileprivate(set) var settings: [Setting] = []
    }

    package struct Setting: Equatable, Sendable {
        package let key: ByteString
        package let value: ByteString
        package let line: Int
    }

    /// `char line[1024]` in QEMU, with its NUL: the rest of a longer line counts as a new line,
    /// after a comment too.
    private static let maximumLineByteCount = 1023

    package let path: ByteString
    package private(set) var sections: [Section] = []
    /// The first line that QEMU would not understand.
    package private(set) var brokenLine: Int?

    package init(_ contents: [UInt8], path: ByteString) {
        self.path = path
        var rest = contents[...]
        var number = 1
        while !rest.isEmpty {
            let line = Self.nextLine(of: rest)
            rest = rest.dropFirst(line.count)
            read(line, number)
            number += line.last == UInt8(ascii: "\n") ? 1 : 0
        }
    }

    private mutating func read(_ line: ArraySlice<UInt8>, _ number: Int) {
        if line.first == UInt8(ascii: "\n") || line.first == UInt8(ascii: "#") { return }
        var scanner = FormatScanner(line)
        if let header = scanner.header() {
            sections.append(
                Section(group: header.name, identifier: header.identifier, line: number)
            )
        } else if let (key, value) = scanner.setting(), !sections.isEmpty {
            let setting = Setting(key: key, value: value, line: number)
            sections[sections.count - 1].settings.append(setting)
        } else {
            brokenLine = brokenLine ?? number
        }
    }

    /// What `fgets` takes: up to and with a newline, or a buffer full.
    private static func nextLine(of rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let line = rest.prefix(maximumLineByteCount)
        return line.firstIndex(of: UInt8(ascii: "\n")).map { line[...$0] } ?? line
    }
}

/// The conversions of `sscanf` that QEMU reads its configuration with. As there, what stands
/// after the last conversion that fits does not matter.
struct FormatScanner {
    private static let maximumWordByteCount = 63
    private static let maximumValueByteCount = 1023

    private let line: ArraySlice<UInt8>
    private var rest: ArraySlice<UInt8>

    /// - Parameter line: counts up to its first NUL, as a C string does.
    init(_ line: ArraySlice<UInt8>) {
        self.line = line.prefix { $0 != 0 }
        rest = self.line
    }

    /// `[%63s "%63[^"]"]`, or `[%63[^]]]` without an id.
    mutating func header() -> (name: ByteString, identifier: ByteString?)? {
        rest = line
        guard accept("[") else { return nil }
        let behindBracket = rest
        if let name = word(), acceptBehindBlanks("\""),
            let identifier = text(before: "\"", atMost: Self.maximumWordByteCount)
        {
            return (name, identifier)
        }
        rest = behindBracket
        return text(before: "]", atMost: Self.maximumWordByteCount).map { ($0, nil) }
    }

    /// ` %63s = "%1023[^"]"`, or an empty value.
    mutating func setting() -> (key: ByteString, value: ByteString)? {
        rest = line
        guard let key = word(), acceptBehindBlanks("="), acceptBehindBlanks("\"") else {
            return nil
        }
        if let value = text(before: "\"", atMost: Self.maximumValueByteCount) {
            return (key, value)
        }
        return (key, "")
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func acceptBehindBlanks(_ character: Unicode.Scalar) -> Bool {
        rest = rest.drop(while: Self.isBlank)
        return accept(character)
    }

    private mutating func word() -> ByteString? {
        let blanksGone = rest.drop(while: Self.isBlank)
        let word = blanksGone.prefix(Self.maximumWordByteCount).prefix { !Self.isBlank($0) }
        rest = blanksGone.dropFirst(word.count)
        return word.isEmpty ? nil : ByteString(word)
    }

    private mutating func text(before end: Unicode.Scalar, atMost count: Int) -> ByteString? {
        let text = rest.prefix(count).prefix { $0 != UInt8(ascii: end) }
        rest = rest.dropFirst(text.count)
        return text.isEmpty ? nil : ByteString(text)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
