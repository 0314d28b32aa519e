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

    /// `char line[1024]` in QEMU, with its NUL: the rest of a longer line counts as a line of its
    /// own, after a comment too.
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
