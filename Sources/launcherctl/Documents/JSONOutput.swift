import FoundationEssentials
import Host
import Planning

/// A document as every `--json` prints it: keys sorted, so that two of them can be compared.
func jsonText(_ document: some Encodable) throws(LaunchFailure) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
        return String(decoding: try encoder.encode(document), as: UTF8.self)
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
