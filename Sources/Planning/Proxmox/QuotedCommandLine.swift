/// A command line as `qm showcmd` prints it: each word quoted by Perl's `String::ShellQuote`, one
/// blank between two.
///
/// Read exactly, because what comes of it is shown as what Proxmox would start: of a shell's
/// grammar only what that module writes is understood, and everything else is an error.
package enum QuotedCommandLine {
    /// - Parameter text: what was printed, with or without its last line feed. The form that
    ///   `--pretty` prints cannot be read back: it changes quoted text as well.
    package static func words(_ text: ByteString) throws(QuotedCommandLineError) -> [ByteString] {
        var bytes = text.bytes
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        var reader = Reader(bytes)
        return try reader.words()
    }
}

/// Why a text is not what `qm showcmd` prints.
package enum QuotedCommandLineError: Failure {
    case empty
    case unclosedQuote(offset: Int)
    case unexpected(Unicode.Scalar, offset: Int)

    package var message: String {
        switch self {
        case .empty: "output of qm showcmd: empty"
        case .unclosedQuote(let offset):
            "output of qm showcmd: the quote at byte \(offset) is never closed"
        case .unexpected(let scalar, let offset):
            "output of qm showcmd: unexpected \(quoted(String(scalar))) at byte \(offset)"
        }
    }

    package var hint: String? {
        switch self {
        case .empty: nil
        case .unclosedQuote, .unexpected: "expected one line of 'qm showcmd VMID', without --pretty"
        }
    }

    package var exitStatus: ExitStatus { .software }
}

private let blank = UInt8(ascii: " ")
private let single = UInt8(ascii: "'")
private let double = UInt8(ascii: "\"")
private let backslash = UInt8(ascii: "\\")

private struct Reader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func words() throws(QuotedCommandLineError) -> [ByteString] {
        guard !bytes.isEmpty else { throw .empty }
        var words = [ByteString(try word())]
        while index < bytes.count {
            // A word ends at a blank or at the end, see below.
            index += 1
            words.append(ByteString(try word()))
        }
        return words
    }

    /// Words are never empty: the module writes `''` for those that are.
    private mutating func word() throws(QuotedCommandLineError) -> [UInt8] {
        var word: [UInt8] = []
        let start = index
        while index < bytes.count, bytes[index] != blank {
            switch bytes[index] {
            case single: word += try quoted(single)
            // Written for several single quotes in a row, and only for them.
            case double: word += try quoted(double, only: single)
            case backslash:
                index += 1
                guard index < bytes.count, bytes[index] == single else { throw unexpected() }
                word.append(single)
                index += 1
            case let byte where isPlain(byte):
                word.append(byte)
                index += 1
            default: throw unexpected()
            }
        }
        guard index > start else { throw unexpected() }
        return word
    }

    private mutating func quoted(
        _ quote: UInt8,
        only content: UInt8? = nil,
    ) throws(QuotedCommandLineError) -> ArraySlice<UInt8> {
        let start = index
        guard let end = bytes[(start + 1)...].firstIndex(of: quote) else {
            throw .unclosedQuote(offset: start)
        }
        let quoted = bytes[(start + 1)..<end]
        if let content, let other = quoted.firstIndex(where: { $0 != content }) {
            index = other
            throw unexpected()
        }
        index = end + 1
        return quoted
    }

    private func unexpected() -> QuotedCommandLineError {
        let byte = index < bytes.count ? bytes[index] : blank
        return .unexpected(Unicode.Scalar(byte), offset: index)
    }

    /// What the module leaves unquoted: `\w` and `!%+,-./:=@^`. For bytes beyond ASCII that
    /// depends on how Perl sees the text, so they are taken in either way.
    private func isPlain(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte >= 0x80 || "_!%+,-./:=@^".utf8.contains(byte)
    }
}
