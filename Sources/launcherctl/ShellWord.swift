import Planning

/// A word as a shell takes it.
enum ShellWord {
    private static let plain = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_".utf8
    )

    /// In single quotes where it needs any; what cannot be shown as `$'\xHH'`, which bash, zsh and
    /// ksh read.
    static func quoted(_ word: ByteString) -> String {
        if !word.isEmpty, word.bytes.allSatisfy(plain.contains) { return word.escaped }
        guard let text = word.text, printable(text) == text else {
            return "$'" + word.escaped.replacing("'", with: "\\'") + "'"
        }
        return "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
