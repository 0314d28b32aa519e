import Host
import Planning

/// Prints what every `--json` prints: stable keys in order, readable.
func printJSON(_ document: some Encodable) throws(LaunchFailure) {
    do {
        print(try encodedJSON(document))
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
