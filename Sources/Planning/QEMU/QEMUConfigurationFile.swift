/// A file of `-readconfig`, or QEMU's own qemu.conf: groups of quoted settings.
///
/// The grammar is what `qemu_config_foreach` in QEMU's util/qemu-config.c makes of `fgets` and
/// `sscanf`: `[group]` or `[group "id"]`, then `key = "value"`; `#` starts a comment. It is
/// followed to the letter, because a file that QEMU understands and we do not could hold another
/// firmware. What does not fit makes QEMU refuse the file, so it is passed over here.
package struct QEMUConfigurationFile: Equatable, Sendable {
    package struct Setting: Equatable, Sendable {
        package let group: ByteString
        package let identifier: ByteString?
        package let key: ByteString
        package let value: ByteString
        package let line: Int

        /// For messages: the setting as it stands in the file, not escaped.
        package var text: String {
            let quote = [UInt8(ascii: "\"")]
            let words = [
                Array("[".utf8), group.bytes, Array("] ".utf8), key.bytes, Array(" = ".utf8),
                quote, value.bytes, quote,
            ]
            return String(decoding: words.joined(), as: UTF8.self)
        }
    }

    /// `char line[1024]` in QEMU, with its NUL: the rest of a longer line counts as a line of its
    /// own, behind a comment too.
    private static let maximumLineByteCount = 1023

    package let path: ByteString
    package let settings: [Setting]

    package init(_ contents: [UInt8], path: ByteString) {
        self.path = path
        var settings: [Setting] = []
        var group: (name: ByteString, identifier: ByteString?) = ("", nil)
        var rest = contents[...]
        var number = 1
        while !rest.isEmpty {
            let line = Self.nextLine(of: rest)
            rest = rest.dropFirst(line.count)
            defer { number += line.last == UInt8(ascii: "\n") ? 1 : 0 }
            var scanner = FormatScanner(line)
            if line.first == UInt8(ascii: "#") { continue }
            if let header = scanner.header() {
                group = header
            } else if let (key, value) = scanner.setting() {
                settings.append(
                    Setting(
                        group: group.name,
                        identifier: group.identifier,
                        key: key,
                        value: value,
                        line: number,
                    )
                )
            }
        }
        self.settings = settings
    }

    /// What `fgets` takes: up to and with a newline, or a buffer full.
    private static func nextLine(of rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let line = rest.prefix(maximumLineByteCount)
        return line.firstIndex(of: UInt8(ascii: "\n")).map { line[...$0] } ?? line
    }
}
