import Foundation

/// A document as the commands print it: keys sorted, so that two of them can be compared.
func jsonText(_ document: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    } catch {
        return "{}"
    }
}

/// Labelled lines; the labels are a column of their own.
func labelled(_ rows: [(String, String)]) -> String {
    rows.map { name, value in
        name.padding(toLength: 12, withPad: " ", startingAt: 0) + value
    }.joined(separator: "\n")
}
