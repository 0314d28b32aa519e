import Planning

/// Text in lines of at most 80 columns, broken at blanks; a longer word stays whole.
enum Folding {
    /// What a terminal has if nobody made it larger.
    static let width = 80
    /// A narrower column would be all breaks.
    private static let narrowest = 24

    /// - Parameter start: what stands in front of the first line; the others are indented by as
    ///   much.
    static func lines(_ text: String, after start: String) -> [String] {
        lines(text, after: start, columns: start.count)
    }

    /// - Parameter columns: how wide `start` is, where that is not its length: it may be in colour.
    static func lines(_ text: String, after start: String, columns: Int) -> [String] {
        let room = max(narrowest, width - columns)
        let margin = String(repeating: " ", count: columns)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.count + 1 + word.count > room {
                lines.append((lines.isEmpty ? start : margin) + line)
                line = String(word)
            } else {
                line += (line.isEmpty ? "" : " ") + word
            }
        }
        lines.append((lines.isEmpty ? start : margin) + line)
        return lines
    }
}

extension String {
    /// At most this many characters; an ellipsis is the last one where some are left out.
    func shortened(to count: Int) -> String {
        self.count <= count ? self : prefix(count - 1) + "…"
    }

    /// At least this many characters, with blanks after the text.
    func padded(to count: Int) -> String {
        self + String(repeating: " ", count: max(count - self.count, 0))
    }
}

/// Labelled lines; the labels are a column of their own.
func labelled(_ rows: [(String, String)]) -> String {
    rows.flatMap { name, value in
        Folding.lines(
            printable(value),
            after: name.count < 12 ? name.padded(to: 12) : name + " ",
        )
    }.joined(separator: "\n")
}
