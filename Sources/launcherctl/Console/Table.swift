import Foundation

/// Rows and columns for people, at most 80 columns wide unless a word is longer.
struct Table {
    private let headings: [String]
    private var rows: [[String]] = []

    /// What a terminal has if nobody made it larger.
    private static let width = 80
    /// A first cell that is longer gets a line of its own.
    private static let widestFirst = 40

    init(_ headings: String...) {
        self.headings = headings
    }

    mutating func add(_ cells: String...) {
        rows.append(cells)
    }

    var isEmpty: Bool { rows.isEmpty }

    var text: String {
        let all = [headings] + rows
        let widths = headings.indices.map { column in
            let longest = all.map { $0[column].count }
            return column == 0
                ? longest.filter { $0 <= Self.widestFirst }.max() ?? 0 : longest.max() ?? 0
        }
        return all.flatMap { lines(of: $0, widths) }.joined(separator: "\n")
    }

    private func lines(of row: [String], _ widths: [Int]) -> [String] {
        var line = ""
        var lines: [String] = []
        for (column, cell) in row.enumerated() {
            if column == row.count - 1 {
                let folded = fold(cell, indent: line.count)
                lines.append((line + (folded.first ?? "")).trimmingBlanks)
                lines += folded.dropFirst()
            } else if column == 0, cell.count > widths[0] {
                lines.append(cell)
                line = String(repeating: " ", count: widths[0] + 2)
            } else {
                line += cell.padded(to: widths[column]) + "  "
            }
        }
        return lines
    }

    /// The last cell, at blanks, each further line below the first.
    private func fold(_ cell: String, indent: Int) -> [String] {
        let room = max(24, Self.width - indent)
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in cell.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.count + 1 + word.count > room {
                lines.append(lines.isEmpty ? line : margin + line)
                line = String(word)
            } else {
                line += (line.isEmpty ? "" : " ") + word
            }
        }
        lines.append(lines.isEmpty ? line : margin + line)
        return lines
    }
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    fileprivate var trimmingBlanks: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
