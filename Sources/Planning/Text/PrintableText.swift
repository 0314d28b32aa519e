/// How a character that must not be shown is written instead.
package enum EscapeNotation: Sendable {
    /// `\n`, `\t`, else its bytes in UTF-8, each as `\xHH`.
    case bytes
    /// `\uXXXX`, as in strings of JSON.
    case json
}

/// Text that is safe to show to people: each character is what it looks like, and is where it was
/// written. Everything that is printed, to a terminal or a log, goes through here.
///
/// - Parameter spared: characters that we put into the text, such as the ends of its lines.
package func printable(
    _ text: String,
    sparing spared: [Unicode.Scalar] = [],
    as notation: EscapeNotation = .bytes,
) -> String {
    func isShown(_ scalar: Unicode.Scalar) -> Bool {
        !isUnprintable(scalar) || spared.contains(scalar)
    }
    guard !text.unicodeScalars.allSatisfy(isShown) else { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
        if isShown(scalar) {
            shown.unicodeScalars.append(scalar)
        } else {
            shown += escape(scalar, notation)
        }
    }
    return shown
}

/// Control characters, and everything that hides, reorders or breaks text, or looks like a blank
/// without being none.
func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate,
        .privateUse, .unassigned:
        return true
    default: return scalar.properties.isDefaultIgnorableCodePoint
    }
}

private func escape(_ scalar: Unicode.Scalar, _ notation: EscapeNotation) -> String {
    switch notation {
    case .bytes: UTF8.encode(scalar)?.map(escape(byte:)).joined() ?? ""
    case .json:
        UTF16.encode(scalar)?.map { unit in
            let digits = String(unit, radix: 16)
            return #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined() ?? ""
    }
}

/// A byte of ASCII as itself, if it is visible.
func escape(byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\n"): return #"\n"#
    case UInt8(ascii: "\r"): return #"\r"#
    case UInt8(ascii: "\t"): return #"\t"#
    case UInt8(ascii: "\\"): return #"\\"#
    case 0x20..<0x7F: return String(UnicodeScalar(byte))
    default:
        let digits = String(byte, radix: 16, uppercase: false)
        return #"\x"# + (digits.count == 1 ? "0" : "") + digits
    }
}

/// Text of a file in a message: quoted, and cut if it is too long to be read in a log.
package func excerpt(_ text: ByteString) -> String {
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

/// `U+0430`: a character that is hidden, or looks like another one, is shown by its number.
func codePoint(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

/// Advice for a key that does not exist: the one that was probably meant, or all that exist.
package func keyHint(for found: String, among known: [String]) -> String {
    if let meant = meantHint(for: found, among: known) { return meant }
    let limit = 20
    let names = known.prefix(limit).map { quoted($0) }.joined(separator: ", ")
    let rest = known.count > limit ? " and \(known.count - limit) more" : ""
    return "there are \(names)\(rest)"
}

/// Advice for a name that does not exist: the one that was probably meant; `nil` if none is near.
package func meantHint(for found: String, among known: [String]) -> String? {
    nearest(to: found, among: known).map { "did you mean \(quoted($0))?" }
}

/// The name that differs by two letters at most, whether they are capital or not; `nil` if there is
/// none. Of a short name, half of the letters have to be right.
package func nearest(to found: String, among known: [String]) -> String? {
    let wanted = found.lowercased()
    let nearest = known.map { (name: $0, distance: editDistance(wanted, $0.lowercased())) }
        .min { $0.distance < $1.distance }
    guard let nearest, nearest.distance <= 2, nearest.distance * 2 <= found.count else {
        return nil
    }
    return nearest.name
}

/// How many letters have to be changed, inserted or removed to make one text of the other.
private func editDistance(_ one: String, _ other: String) -> Int {
    let letters = Array(other.unicodeScalars)
    // A much longer word is not a typing mistake, and not worth the quadratic time.
    guard one.utf8.count <= 64 else { return .max }
    var row = Array(0...letters.count)
    for (index, letter) in one.unicodeScalars.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in letters.indices {
            let substituted = diagonal + (letter == letters[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(substituted, diagonal + 1, row[column] + 1)
        }
    }
    return row[letters.count]
}

/// A number as messages show addresses, masks and flags: `0x80b004`.
package func hexadecimal(_ number: some BinaryInteger) -> String {
    "0x" + String(number, radix: 16)
}
