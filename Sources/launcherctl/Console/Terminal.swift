import FoundationEssentials
import Glibc

/// What standard output and standard error are connected to.
enum Terminal {
    static var isOutput: Bool { isatty(STDOUT_FILENO) == 1 }
    static var isError: Bool { isatty(STDERR_FILENO) == 1 }

    /// On a terminal, unless NO_COLOR is set (no-color.org).
    static var showsColour: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isOutput && environment["NO_COLOR"]?.isEmpty ?? true
            && environment["TERM"] != "dumb"
    }

    enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33

        func painting(_ text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
    }

    /// Coloured where that can be seen.
    static func coloured(_ text: String, _ colour: Colour) -> String {
        showsColour ? colour.painting(text) : text
    }
}
