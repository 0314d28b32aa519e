import ArgumentParser
import Planning

@main
struct LauncherCtl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launcherctl",
        abstract: "Looks after the firmware that qemu-launcher starts VMs with.",
        discussion: """
            Exit status: 0 for success, else a number of sysexits.h: 64 wrong usage, 65 image \
            refused, 66 volume missing, 69 kernel feature missing, 71 system call failed, 77 not \
            permitted or not read-only, 78 configuration; 126 or 127 QEMU cannot be started.
            """,
        version: Version.current,
        subcommands: [
            PlanCommand.self, RunCommand.self, CheckCommand.self, FirmwareCommand.self,
            InspectCommand.self, MeasureCommand.self, PolicyCommand.self, ExplainCommand.self,
            DivertCommand.self,
        ],
    )

    static func main() {
        StandardStreams.occupy()
        OutputCheck.atExit()
        guard let request = MeasureRequest(plain: CommandLine.arguments) else { return main(nil) }
        do { try request.run() } catch { exit(withError: error) }
    }
}
