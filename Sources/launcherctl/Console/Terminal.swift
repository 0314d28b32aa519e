import Foundation

/// What standard output and standard error are connected to.
enum Terminal {
    static var isOutput: Bool { isatty(STDOUT_FILENO) == 1 }
    static var isError: Bool { isatty(STDERR_FILENO) == 1 }

    enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33
    }

    /// Coloured on a terminal, unless NO_COLOR is set (no-color.org).
    static func coloured(_ text: String, _ colour: Colour) -> String {
        let environment = ProcessInfo.processInfo.environment
        guard isOutput, environment["NO_COLOR"]?.isEmpty ?? true, environment["TERM"] != "dumb"
        else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }
}
