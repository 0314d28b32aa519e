import Planning

/// Words quoted as `qm showcmd` prints them, by Perl's String::ShellQuote; written from that
/// module's documentation and behaviour, for a `qm` that is none.
enum PerlShellQuote {
    static func quote(_ words: [ByteString]) -> ByteString {
        // A word with '=' in front of all others would be a variable's assignment to a shell.
        let command = words.firstIndex { !$0.isEmpty && !$0.bytes.contains(UInt8(ascii: "=")) }
        let quoted = words.enumerated().map { index, word in
            quote(word, isAssignment: index < command ?? words.count)
        }
        return ByteString(quoted.joined(separator: [UInt8(ascii: " ")]))
    }

    private static func quote(_ word: ByteString, isAssignment: Bool) -> [UInt8] {
        guard !word.isEmpty else { return Array("''".utf8) }
        let isPlain = word.bytes.allSatisfy { byte in
            byte < 0x80
                && (Unicode.Scalar(byte).properties.isAlphabetic || (0x30...0x39).contains(byte)
                    || "_!%+,-./:=@^".utf8.contains(byte))
        }
        guard !isPlain || isAssignment && word.bytes.contains(UInt8(ascii: "=")) else {
            return word.bytes
        }
        var text: [UInt8] = []
        var rest = word.bytes[...]
        while let first = rest.first {
            let quotes = rest.prefix { $0 == UInt8(ascii: "'") }
            switch quotes.count {
            case 0: text.append(first)
            case 1: text += #"'\''"#.utf8
            // Several in a row stand in double quotes.
            default: text += Array(#"'""#.utf8) + quotes + Array(#""'"#.utf8)
            }
            rest = rest.dropFirst(max(1, quotes.count))
        }
        let quoted = Array("'".utf8) + text + Array("'".utf8)
        let start = quoted.starts(with: "''".utf8) ? 2 : 0
        let end = quoted[start...].suffix(2).elementsEqual("''".utf8) ? 2 : 0
        return Array(quoted[start..<(quoted.count - end)])
    }

    /// What `qm showcmd --pretty` makes of it: a line break in front of every ` -`, in quoted text
    /// as well.
    static func pretty(_ quoted: ByteString) -> ByteString {
        ByteString(String(decoding: quoted.bytes, as: UTF8.self).replacing(" -", with: " \\\n  -"))
    }
}
