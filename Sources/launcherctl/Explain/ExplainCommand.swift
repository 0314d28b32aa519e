import ArgumentParser
import Host
import Planning

/// `launcherctl explain`: what a system call or a file was that did not go through, and what to do.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explains what was stopped: a record of the kernel's log, or a SIGSYS.",
        discussion: """
            A record is a line of the kernel's log or of auditd, or a report of a process's end, \
            such as 'signal 31' or 'status=31/SYS'. Linux 6.15 and newer record what Landlock \
            refuses, while auditing is on ('auditctl -e 1', or auditd). The record names the \
            process that was the launcher, which with -daemonize is not the one that stays. '-' \
            reads lines from standard input and ignores those that are about something else.

            EXAMPLES
              journalctl -k | launcherctl explain -
              launcherctl explain --pid 4711
              launcherctl explain signal 31
            """,
    )

    /// A record says all that there is to explain; the option is there as everywhere else.
    @OptionGroup var options: StoreOptions

    @Flag(help: "Print the explanation as JSON.")
    var json = false

    @Option(
        help: "Explain what the log says about this process, which may have ended.",
        completion: .runningQEMU,
    )
    var pid: Int?

    @Argument(
        help: ArgumentHelp("A line of a log, or '-'.", valueName: "record"),
        completion: .list(["-"]),
    )
    var record: [String] = []

    func validate() throws {
        if let pid, pid < 1 { throw ValidationError("--pid needs a process number, found \(pid)") }
        guard record.isEmpty == (pid != nil) else {
            throw ValidationError("give either a record, or '-', or --pid")
        }
    }

    func run() throws {
        do throws(LaunchFailure) {
            if let pid { return try explain(process: pid) }
            let explanation = try record == ["-"] ? Self.standardInput() : recordOnCommandLine()
            guard !explanation.entries.isEmpty else {
                if explanation.launches > 0 {
                    return json ? try show(explanation) : Output.show(Self.launch)
                }
                throw LaunchFailure(ExplanationError.nothingFound(isInput: record == ["-"]))
            }
            try show(explanation)
        } catch {
            throw refuse(error)
        }
    }

    private func show(
        _ explanation: LogExplanation,
        of process: ExplanationDocument.Process? = nil,
    ) throws(LaunchFailure) {
        guard json else { return Output.show(explanation.text, terminator: "") }
        Output.show(json: try jsonText(ExplanationDocument(explanation, of: process)))
    }

    /// If a log has nothing else.
    private static let launch =
        "the launcher became QEMU, which 'seccomp log' records; there is nothing else"

    private func recordOnCommandLine() -> LogExplanation {
        LogExplanation(ByteString(record.joined(separator: " ")))
    }

    private static func standardInput() throws(LaunchFailure) -> LogExplanation {
        var explanation = LogExplanation()
        try failing { () throws(HostError) in
            try StandardInput.lines { explanation.read($0) }
        }
        return explanation
    }

    private func explain(process: Int) throws(LaunchFailure) {
        let running = try failing { () throws(HostError) in
            try ProcessStatus.confinement(of: process)
        }
        let log = try failing { () throws(HostError) in try KernelLog.content() }
        let explanation = LogExplanation(log, of: process)
        let state = running?.summary ?? "not running"
        if json { return try show(explanation, of: .init(number: process, confinement: state)) }
        Output.show("process \(process): \(state)")
        if explanation.entries.isEmpty, explanation.launches > 0 {
            Output.show(Self.launch)
        } else if explanation.entries.isEmpty {
            Output.show("the kernel's log, as far as it goes back, has no record of it")
        } else {
            Output.show("\n" + explanation.text, terminator: "")
        }
    }
}

/// Why there is nothing to explain.
enum ExplanationError: Failure {
    case nothingFound(isInput: Bool)

    var message: String {
        switch self {
        case .nothingFound(isInput: true):
            "standard input: no record of seccomp or Landlock in any line"
        case .nothingFound(isInput: false):
            "the text is not a record of seccomp or Landlock, and not a SIGSYS"
        }
    }

    var hint: String? {
        "records have type=1326 (SECCOMP) or type=1423 (LANDLOCK_ACCESS);"
            + " 'journalctl -k | launcherctl explain -'"
    }

    var exitStatus: ExitStatus { .usage }
}
