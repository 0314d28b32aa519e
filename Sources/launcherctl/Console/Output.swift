import Host
import Planning

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
