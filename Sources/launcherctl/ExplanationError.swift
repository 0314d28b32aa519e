import Planning

/// Why there is nothing to explain.
enum ExplanationError: Failure {
    case nothingFound(isInput: Bool)

    var message: String {
        switch self {
        case .nothingFound(isInput: true):
            "standard input: no record of seccomp or Landlock in any line"
        case .nothingFound(isInput: false):
            "the text is no record of seccomp or Landlock, and no SIGSYS"
        }
    }

    var hint: String? {
        "records have type=1326 (SECCOMP) or type=1423 (LANDLOCK_ACCESS);"
            + " 'journalctl -k | launcherctl explain -'"
    }

    var exitStatus: ExitStatus { .usage }
}
