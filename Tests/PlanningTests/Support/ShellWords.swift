import Planning

/// A command as a shell reads it, as far as written command lines need: blanks separate words,
/// quotes of both kinds hold them together, a backslash keeps the next character, and a backslash
/// in front of a newline disappears with it.
struct ShellWords {
    enum Failure: Error, Equatable {
        case unfinishedQuote
        case unfinishedEscape
    }

    let words: [ByteString]

    init(_ text: some Sequence<UInt8>) throws(Failure) {
        var words: [ByteString] = []
        var word: [UInt8]?
        var quote: UInt8?
        var escaping = false
        for byte in text {
            switch (quote, escaping) {
            case (_, true):
                escaping = false
                if byte == UInt8(ascii: "\n") { continue }
                let staysBackslash =
                    quote == UInt8(ascii: "\"") && !#"$`"\"#.utf8.contains(byte)
                word = (word ?? []) + (staysBackslash ? [UInt8(ascii: "\\")] : []) + [byte]
            case (UInt8(ascii: "'")?, _) where byte != UInt8(ascii: "'"):
                word?.append(byte)
            case (_, _) where byte == UInt8(ascii: "\\"):
                escaping = true
            case (let open?, _):
                if byte == open { quote = nil } else { word?.append(byte) }
            case (nil, _) where byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\""):
                quote = byte
                word = word ?? []
            case (nil, _) where byte == 0x20 || byte == 0x09 || byte == 0x0A:
                if let finished = word { words.append(ByteString(finished)) }
                word = nil
            default:
                word = (word ?? []) + [byte]
            }
        }
        guard quote == nil else { throw .unfinishedQuote }
        guard !escaping else { throw .unfinishedEscape }
        if let finished = word { words.append(ByteString(finished)) }
        self.words = words
    }
}
