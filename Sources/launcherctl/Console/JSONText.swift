import Foundation
import Host
import Planning

/// Prints what every `--json` prints: stable keys in order, readable.
func printJSON(_ document: some Encodable) throws(LaunchFailure) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
        print(String(decoding: try encoder.encode(document), as: UTF8.self))
    } catch {
        throw LaunchFailure(UnencodableDocument())
    }
}

/// A defect of ours: all our documents are plain values.
private struct UnencodableDocument: Failure {
    var message: String { "the output could not be written as JSON" }
    var hint: String? { nil }
    var exitStatus: ExitStatus { .software }
}
