/// How a character that must not be shown is written instead.
package enum EscapeNotation: Sendable {
    /// `\n`, `\t`, else its bytes in UTF-8, each as `\xHH`.
    case bytes
    /// `\uXXXX`, as in strings of JSON.
    case json
}

/// Text as people may be shown it: each character is what it looks like and stands where it was
/// written. Whatever is printed, to a terminal or a log, goes through here.
///
/// - Parameter spared: characters that the text has of ours, such as the ends of its lines.
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

/// Control characters, and all that hides, reorders or breaks text, or looks like a blank and is
/// none.
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

/// A byte of ASCII as itself, where it can be seen.
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
