import ArgumentParser
import Host
import Planning
import SystemPackage

@main
struct LauncherCtl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launcherctl",
        abstract: "Manages the firmware that qemu-launcher starts VMs with.",
        discussion: """
            Exit status: 0 for success, else a number of sysexits.h: 64 wrong usage, 65 image \
            refused, 66 volume missing, 69 kernel feature missing, 71 system call failed, 77 not \
            permitted or not read-only, 78 configuration; 126 or 127 QEMU cannot be started.
            """,
        version: Version.current,
        subcommands: [
            PlanCommand.self, RunCommand.self, StatusCommand.self, CheckCommand.self,
            FirmwareCommand.self, VirtualMachineCommand.self,
            InspectCommand.self, MeasureCommand.self, PolicyCommand.self, ExplainCommand.self,
            DivertCommand.self,
        ],
    )

    static func main() {
        StandardStreams.occupy()
        OutputCheck.atExit()
        // Swift reads them from /proc/self/cmdline.
        guard !CommandLine.arguments.isEmpty else {
            let missing = HostError.kernelFeatureMissing(
                .processFileSystem,
                errno: .noSuchFileOrDirectory
            )
            Console(program: "launcherctl").report(missing)
            exit(withError: ExitCode(missing.exitStatus.rawValue))
        }
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            end(error)
        }
    }

    private static func end(_ error: any Error) -> Never {
        let code = exitCode(for: error)
        let message = message(for: error)
        switch (message.isEmpty, code) {
        case (true, _): break
        case (false, .success): Output.show(message)
        case (false, _):
            let words = Array(CommandLine.arguments.dropFirst())
            let failure = UsageFailure(message, usage: fullMessage(for: error), of: words)
            Console(program: "launcherctl").report(failure)
        }
        exit(withError: code)
    }
}

/// What swift-argument-parser says of a command line, in the launcher's words.
struct UsageFailure: Failure {
    let message: String
    let hint: String?
    var exitStatus: ExitStatus { .usage }

    /// - Parameters:
    ///   - text: the parser's message.
    ///   - usage: its full message, which names the help that belongs to it.
    ///   - words: of the command line, without the program's name.
    init(_ text: String, usage: String, of words: [String]) {
        if let (word, known) = Self.unknownCommand(words) {
            message = "unknown command \(quoted(word))"
            hint = keyHint(for: word, among: known)
            return
        }
        // It repeats words as they are.
        var text = text
        for word in words where printable(word) != word {
            text = text.replacing(word, with: printable(word))
        }
        let lines = text.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
        let question = ". Did you mean "
        let parts = lines.joined(separator: " ").split(separator: question, maxSplits: 1)
        message = Self.lowered(parts.first.map(String.init) ?? text)
        if parts.count > 1 {
            hint = "did you mean " + parts[1]
        } else {
            hint = Self.help(in: usage)
        }
    }

    /// The first word in the place of a command that is none, and those that there are.
    private static func unknownCommand(_ words: [String]) -> (word: String, known: [String])? {
        var command: any ParsableCommand.Type = LauncherCtl.self
        for word in words {
            let known = command.configuration.subcommands
            guard !known.isEmpty, !word.hasPrefix("-") else { return nil }
            guard let next = known.first(where: { $0._commandName == word }) else {
                return word == "help" ? nil : (word, known.map { $0._commandName })
            }
            command = next
        }
        return nil
    }

    /// Without capital and full stop, as every message of ours.
    private static func lowered(_ text: String) -> String {
        var text = text
        if text.last == "." { text.removeLast() }
        let isWord = text.dropFirst().first?.isLowercase ?? false
        return isWord ? text.prefix(1).lowercased() + text.dropFirst() : text
    }

    /// `See 'launcherctl plan --help' for more information.`
    private static func help(in usage: String) -> String? {
        let parts = usage.split(separator: "See '")
        guard parts.count > 1, let call = parts.last?.split(separator: "' for more").first else {
            return nil
        }
        return "'\(call)' shows how it is called"
    }
}

/// Says why, in the launcher's words, and ends with the launcher's exit status.
func refuse(_ failure: some Failure) -> ExitCode {
    let console = Console(program: "launcherctl")
    if let meant = (failure as? LaunchFailure).flatMap(MeantImage.init) {
        console.report(meant)
    } else {
        console.report(failure)
    }
    return ExitCode(failure.exitStatus.rawValue)
}

extension Console {
    /// That no guest would start from an image that is only looked at.
    func warn(_ refusal: ImageRefusal, about image: String) {
        warn(.image(image, Finding.refusal(refusal)), about: nil)
    }
}

/// Runs a command; a failure is reported in the launcher's words and with its exit status.
func reporting(_ body: () throws(LaunchFailure) -> Void) throws {
    do throws(LaunchFailure) {
        try body()
    } catch {
        throw refuse(error)
    }
}
