import ArgumentParser
import Host
import Planning

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
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            end(error)
        }
    }

    /// As swift-argument-parser would end it, which repeats words of the command line as they are.
    private static func end(_ error: any Error) -> Never {
        var text = fullMessage(for: error)
        for word in CommandLine.arguments where printable(word) != word {
            text = text.replacing(word, with: printable(word))
        }
        let code = exitCode(for: error)
        switch (text.isEmpty, code) {
        case (true, _): break
        case (false, .success): Output.show(text)
        case (false, _): Console(program: "launcherctl").show(lines: text)
        }
        exit(withError: code)
    }
}

/// Says why, in the launcher's words, and ends with the launcher's exit status.
func refuse(_ failure: some Failure) -> ExitCode {
    Console(program: "launcherctl").report(failure)
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
