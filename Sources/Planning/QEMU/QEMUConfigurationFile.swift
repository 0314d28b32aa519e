/// A file of `-readconfig`, or QEMU's own qemu.conf: groups of quoted settings.
///
/// The grammar is that of `qemu_config_foreach` in QEMU's util/qemu-config.c: `[group]` or
/// `[group "id"]`, then `key = "value"`; `#` starts a comment line. What does not fit makes QEMU
/// refuse the file, so it is passed over here.
package struct QEMUConfigurationFile: Equatable, Sendable {
    package struct Setting: Equatable, Sendable {
        package let group: String
        package let identifier: String?
        package let key: String
        package let value: String
        package let line: Int

        /// For messages: the setting as it stands in the file.
        package var text: String { "[\(group)] \(key) = \"\(value)\"" }
    }

    package let path: ByteString
    package let settings: [Setting]

    package init(_ contents: [UInt8], path: ByteString) {
        self.path = path
        var settings: [Setting] = []
        var group = ""
        var identifier: String?
        let lines = contents.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, bytes) in lines.enumerated() {
            let line = String(decoding: bytes, as: UTF8.self).trimmingBlanks()
            if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
                let words = line[line.index(after: line.startIndex)..<end]
                    .split(separator: " ", maxSplits: 1)
                group = words.first.map(String.init) ?? ""
                identifier = words.count > 1 ? words[1].unquoted : nil
            } else if !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") {
                settings.append(
                    Setting(
                        group: group,
                        identifier: identifier,
                        key: String(line[..<equals]).trimmingBlanks(),
                        value: line[line.index(after: equals)...].unquoted,
                        line: number + 1,
                    )
                )
            }
        }
        self.settings = settings
    }
}

extension String {
    fileprivate func trimmingBlanks() -> String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

extension Substring {
    /// What stands between the first two double quotes; the trimmed text where there are none.
    fileprivate var unquoted: String {
        guard let start = firstIndex(of: "\"") else { return String(self).trimmingBlanks() }
        let rest = self[index(after: start)...]
        return String(rest.firstIndex(of: "\"").map { rest[..<$0] } ?? rest)
    }
}
