import FoundationEssentials
import Host
import Planning

/// Standard output. Everything that a command prints goes through here: names of files, values of
/// configurations and words of command lines come from other people, and a terminal obeys what it
/// is sent.
enum Output {
    private static let own: [Unicode.Scalar] = ["\n", "\t"]

    static func show(_ text: String = "", terminator: String = "\n") {
        StandardStreams.print(printable(text, sparing: own) + terminator)
    }

    static func show(json text: String, terminator: String = "\n") {
        StandardStreams.print(printable(text, sparing: ["\n"], as: .json) + terminator)
    }

    /// - Parameter text: with our colours, and text of others only if it is printable.
    static func show(painted text: String) {
        StandardStreams.print(text + "\n")
    }
}

/// Everything was written to standard output, or the exit status says that it was not: a script
/// that reads a digest must not take a full disk for success.
enum OutputCheck {
    static func atExit() {
        ProcessEnd.whenReached {
            do throws(HostError) {
                try StandardStreams.flush()
            } catch {
                Console(program: "launcherctl").report(error)
                ProcessEnd.now(status: error.exitStatus.rawValue)
            }
        }
    }
}

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

/// What the output can show.
enum Terminal {
    /// In columns: what COLUMNS says, or else the terminal; `nil` for a pipe or a file, whose
    /// readers want a line for each row.
    static var width: Int? {
        let stated = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 0
        if stated > 0 { return stated }
        guard StandardStreams.outputIsTerminal else { return nil }
        return StandardStreams.outputWidth ?? usualWidth
    }

    /// That of a terminal that nobody made larger.
    private static let usualWidth = 80

    /// On a terminal, unless NO_COLOR is set (no-color.org).
    static var showsColour: Bool {
        let environment = ProcessInfo.processInfo.environment
        return StandardStreams.outputIsTerminal && environment["NO_COLOR"]?.isEmpty ?? true
            && environment["TERM"] != "dumb"
    }

    enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33

        func painting(_ text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
    }

    static func coloured(_ text: String, _ colour: Colour) -> String {
        showsColour ? colour.painting(text) : text
    }
}
