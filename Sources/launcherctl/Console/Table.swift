import Planning

/// Rows and columns for people, as wide as the output unless a word is longer. In a pipe each row is
/// one line. Nothing is ever left out.
struct Table {
    struct Cell {
        let text: String
        let colour: Terminal.Colour?

        init(_ text: String, _ colour: Terminal.Colour? = nil) {
            self.text = printable(text)
            self.colour = colour
        }
    }

    private let headings: [Cell]
    private var rows: [[Cell]] = []

    /// What the last column has at least, if it needs that much.
    private static let narrowestLast = 24
    private static let gap = 2

    init(_ headings: String...) {
        self.headings = headings.map { Cell($0) }
    }

    mutating func add(_ cells: Cell...) {
        rows.append(cells)
    }

    var isEmpty: Bool { rows.isEmpty }

    /// - Parameters:
    ///   - inColour: whether cells that have a colour are shown in it.
    ///   - width: of the output, in columns; `nil` for one without an end.
    func text(inColour: Bool, width: Int? = Terminal.width) -> String {
        let widths = widths(in: width)
        return ([headings] + rows).flatMap { lines(of: $0, widths, inColour, width) }
            .joined(separator: "\n")
    }

    /// Of every column but the last, which gets what is left. If that is too little, the widest of
    /// the others gives way: what is longer than it gets the rest of its line.
    private func widths(in width: Int?) -> [Int] {
        let columns = headings.indices.map { column in
            ([headings] + rows).map { $0[column].text.count }
        }
        var widths = columns.map { $0.max() ?? 0 }
        guard let width, let last = widths.last,
            let widest = widths.dropLast().indices.max(by: { widths[$0] < widths[$1] })
        else { return widths }
        let others = widths.dropLast().reduce(0, +) - widths[widest]
        let gaps = Self.gap * (widths.count - 1)
        let room = width - others - gaps - min(last, Self.narrowestLast)
        let limit = max(headings[widest].text.count, min(room, width / 2))
        widths[widest] = columns[widest].filter { $0 <= limit }.max() ?? 0
        return widths
    }

    private func lines(
        of row: [Cell],
        _ widths: [Int],
        _ inColour: Bool,
        _ width: Int?,
    ) -> [String] {
        var lines: [String] = []
        var line = ""
        var indent = 0
        for (column, cell) in row.enumerated() {
            let text = cell.text
            let shown = inColour ? cell.colour.map { $0.painting(text) } ?? text : text
            if column == row.count - 1 {
                let folded = Folding.lines(text, after: line, columns: indent, width: width)
                lines += folded.prefix(1).map { $0.trimmingLastBlanks } + folded.dropFirst()
            } else if text.count > widths[column] {
                lines.append(line + shown)
                indent += widths[column] + Self.gap
                line = String(repeating: " ", count: indent)
            } else {
                let rest = widths[column] - text.count + Self.gap
                line += shown + String(repeating: " ", count: rest)
                indent += widths[column] + Self.gap
            }
        }
        return lines
    }
}

extension String {
    fileprivate var trimmingLastBlanks: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// Text in lines as wide as the output, broken at blanks; a longer word stays whole.
enum Folding {
    /// A narrower column would be all breaks.
    private static let narrowest = 24

    /// - Parameters:
    ///   - start: what comes before the first line; the others are indented by as much.
    ///   - width: of the output, in columns; `nil` for one without an end.
    static func lines(
        _ text: String,
        after start: String,
        width: Int? = Terminal.width,
    ) -> [String] {
        lines(text, after: start, columns: start.count, width: width)
    }

    /// - Parameter columns: how wide `start` is, if that is not its length: it may be in colour.
    static func lines(
        _ text: String,
        after start: String,
        columns: Int,
        width: Int?,
    ) -> [String] {
        guard let width else { return [start + text] }
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
    /// At least this many characters, with blanks after the text.
    func padded(to count: Int) -> String {
        self + String(repeating: " ", count: max(count - self.count, 0))
    }
}

/// Labelled lines; the labels are a separate column.
///
/// - Parameter width: of the output, in columns; `nil` for one without an end.
func labelled(_ rows: [(String, String)], width: Int? = Terminal.width) -> String {
    rows.flatMap { name, value in
        Folding.lines(
            printable(value),
            after: name.count < 12 ? name.padded(to: 12) : name + " ",
            width: width,
        )
    }.joined(separator: "\n")
}
