import Foundation

/// A document as the commands print it: keys sorted, so that two of them can be compared.
func encodedJSON(_ document: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self)
}

/// The same for reports of plain values, which can always be encoded.
func jsonText(_ document: some Encodable) -> String {
    do { return try encodedJSON(document) } catch { return "{}" }
}

/// Labelled lines; the labels are a column of their own.
func labelled(_ rows: [(String, String)]) -> String {
    rows.map { name, value in
        name.padding(toLength: 12, withPad: " ", startingAt: 0) + value
    }.joined(separator: "\n")
}
