import Planning

/// Rows and columns for people, at most 80 columns wide unless a word is longer.
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

    /// A first cell that is longer gets its own line.
    private static let widestFirst = 40
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

    /// - Parameter inColour: whether cells that have a colour are shown in it.
    func text(inColour: Bool) -> String {
        let widths = widths
        return ([headings] + rows).flatMap { lines(of: $0, widths, inColour) }
            .joined(separator: "\n")
    }

    /// Of every column but the last, which gets what is left.
    private var widths: [Int] {
        let columns = headings.indices.map { column in
            ([headings] + rows).map { $0[column].text.count }
        }
        var widths = columns.map { $0.max() ?? 0 }
        guard let first = columns.first, let last = widths.last, widths.count > 1 else {
            return widths
        }
        let others = widths.dropFirst().dropLast().reduce(0, +) + Self.gap * (widths.count - 1)
        let room = Folding.width - others - min(last, Self.narrowestLast)
        let limit = max(headings[0].text.count, min(room, Self.widestFirst))
        widths[0] = first.filter { $0 <= limit }.max() ?? 0
        return widths
    }

    private func lines(of row: [Cell], _ widths: [Int], _ inColour: Bool) -> [String] {
        var lines: [String] = []
        var line = ""
        var indent = 0
        for (column, cell) in row.enumerated() {
            let text = cell.text
            let shown = inColour ? cell.colour.map { $0.painting(text) } ?? text : text
            if column == row.count - 1 {
                let folded = Folding.lines(text, after: line, columns: indent)
                lines += folded.prefix(1).map { $0.trimmingLastBlanks } + folded.dropFirst()
            } else if column == 0, text.count > widths[0] {
                lines.append(shown)
                indent = widths[0] + Self.gap
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

/// Text in lines of at most 80 columns, broken at blanks; a longer word stays whole.
enum Folding {
    /// The width of a terminal that nobody made larger.
    static let width = 80
    /// A narrower column would be all breaks.
    private static let narrowest = 24

    /// - Parameter start: what comes before the first line; the others are indented by as much.
    static func lines(_ text: String, after start: String) -> [String] {
        lines(text, after: start, columns: start.count)
    }

    /// - Parameter columns: how wide `start` is, if that is not its length: it may be in colour.
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
    /// At most this many characters; an ellipsis is the last one if some are left out.
    func shortened(to count: Int) -> String {
        self.count <= count ? self : prefix(count - 1) + "…"
    }

    /// At least this many characters, with blanks after the text.
    func padded(to count: Int) -> String {
        self + String(repeating: " ", count: max(count - self.count, 0))
    }
}

/// Labelled lines; the labels are a separate column.
func labelled(_ rows: [(String, String)]) -> String {
    rows.flatMap { name, value in
        Folding.lines(
            printable(value),
            after: name.count < 12 ? name.padded(to: 12) : name + " ",
        )
    }.joined(separator: "\n")
}
