import FoundationEssentials
import Glibc
import Host
import Planning
import SystemPackage

/// Standard output. Everything that a command prints goes through here: names of files, values of
/// configurations and words of command lines are other people's, and a terminal obeys what it is
/// sent.
enum Output {
    private static let own: [Unicode.Scalar] = ["\n", "\t"]

    static func show(_ text: String = "", terminator: String = "\n") {
        print(printable(text, sparing: own), terminator: terminator)
    }

    static func show(json text: String, terminator: String = "\n") {
        print(printable(text, sparing: ["\n"], as: .json), terminator: terminator)
    }

    /// - Parameter text: with colours of ours, and nobody else's text unless it is printable.
    static func show(painted text: String) {
        print(text)
    }
}

/// What was printed is on its way, or the exit status says that it is not: a script that reads a
/// digest must not take a full disk for success.
enum OutputCheck {
    static func atExit() {
        atexit {
            guard fflush(nil) != 0 else { return }
            let failure = HostError.systemCallFailed(
                operation: "writing the output",
                path: nil,
                errno: Errno(rawValue: errno),
            )
            Console(program: "launcherctl").report(failure)
            _exit(failure.exitStatus.rawValue)
        }
    }
}

/// The descriptors 0, 1 and 2.
enum StandardStreams {
    /// Takes the numbers of those that are closed, so that no file is opened under them and written
    /// into. What is written to them fails as before, and a program that we become gets none.
    static func occupy() {
        while true {
            let number = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            if number > STDERR_FILENO { close(number) }
            if number < 0 || number > STDERR_FILENO { return }
        }
    }
}

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
