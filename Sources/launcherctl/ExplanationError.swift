import Planning

/// Why there is nothing to explain.
enum ExplanationError: Failure {
    case nothingFound(isInput: Bool)

    var message: String {
        switch self {
        case .nothingFound(isInput: true): "standard input: no seccomp record in any line"
        case .nothingFound(isInput: false): "the text is no seccomp record, and no SIGSYS"
        }
    }

    var hint: String? {
        "records have type=1326 or type=SECCOMP; 'journalctl -k | launcherctl explain -'"
    }

    var exitStatus: ExitStatus { .usage }
}
