/// The words of a VM's `args:` setting, split as Proxmox splits them: by Perl's
/// `Text::ParseWords::shellwords`, which is close to a shell, but not one.
///
/// - Blanks separate words; a backslash takes away the next character's special meaning.
/// - In double quotes a backslash vanishes before any character, not only before some.
/// - In single quotes a backslash stays, and still keeps a quote after it from ending them.
/// - Nothing else is special: no variables, no wildcards, no comments, no operators.
package enum PerlShellWords {
    /// - Throws: if a quote is never closed or a backslash is last. Perl then returns no word
    ///   at all, and Proxmox starts the VM as if `args` were empty.
    package static func split(_ line: ByteString) throws(PerlShellWordsError) -> [ByteString] {
        var reader = Reader(line.bytes)
        return try reader.words()
    }
}

/// Why a line has no words.
package enum PerlShellWordsError: Failure {
    case unclosedQuote(Unicode.Scalar, line: ByteString)
    case backslashLast(line: ByteString)

    package var message: String {
        switch self {
        case .unclosedQuote(let quote, let line):
            "a quote (\(String(quote))) is never closed in \(excerpt(line))"
        case .backslashLast(let line):
            "a backslash with nothing after it ends \(excerpt(line))"
        }
    }

    package var hint: String? {
        "Proxmox passes none of the words on; correct the VM's 'args'"
    }

    package var exitStatus: ExitStatus { .configuration }
}

private let backslash = UInt8(ascii: "\\")
private let single = UInt8(ascii: "'")
private let double = UInt8(ascii: "\"")

private struct Reader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func words() throws(PerlShellWordsError) -> [ByteString] {
        var words: [ByteString] = []
        var word: [UInt8] = []
        // Quotes may make a word that is empty.
        var isInWord = false
        while index < bytes.count {
            let byte = bytes[index]
            if isBlank(byte) {
                if isInWord { words.append(ByteString(word)) }
                word = []
                isInWord = false
                index += 1
            } else {
                isInWord = true
                if byte == single || byte == double {
                    word += try quoted(byte)
                } else {
                    word.append(try unquoted())
                }
            }
        }
        if isInWord { words.append(ByteString(word)) }
        return words
    }

    private mutating func quoted(_ quote: UInt8) throws(PerlShellWordsError) -> [UInt8] {
        var content: [UInt8] = []
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == quote { return content }
            guard byte == backslash, index < bytes.count else {
                content.append(byte)
                continue
            }
            if quote == single { content.append(backslash) }
            content.append(bytes[index])
            index += 1
        }
        throw .unclosedQuote(Unicode.Scalar(quote), line: ByteString(bytes))
    }

    private mutating func unquoted() throws(PerlShellWordsError) -> UInt8 {
        if bytes[index] == backslash { index += 1 }
        guard index < bytes.count else { throw .backslashLast(line: ByteString(bytes)) }
        defer { index += 1 }
        return bytes[index]
    }
}
