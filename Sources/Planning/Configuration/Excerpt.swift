/// Text of a file in a message: quoted, and cut where it is too long to be read in a log.
func excerpt(_ text: ByteString) -> String {
    let limit = 120
    guard text.bytes.count > limit else { return quoted(text) }
    var end = limit
    // Not in the middle of a UTF-8 sequence: all the rest would look broken.
    while end > limit - 4, text.bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return "\(quoted(ByteString(text.bytes[..<end])))… (\(text.bytes.count) bytes)"
}

/// `'a', 'b' or 'c'`.
func alternatives(_ names: some Collection<String>) -> String {
    let quotedNames = names.map { quoted($0) }
    guard let last = quotedNames.last, quotedNames.count > 1 else {
        return quotedNames.first ?? "nothing"
    }
    return quotedNames.dropLast().joined(separator: ", ") + " or " + last
}

/// `U+0430`: what is hidden, or looks like another character, is told by its number.
func codePoint(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
