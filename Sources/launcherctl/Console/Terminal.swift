import FoundationEssentials
import Host

/// Colours, where they can be seen.
enum Terminal {
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
