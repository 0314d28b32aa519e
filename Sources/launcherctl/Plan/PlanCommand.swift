import ArgumentParser
import Host
import Planning

/// `launcherctl plan`: the launcher's own decision, up to the point where it would become QEMU.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what qemu-launcher would do with a QEMU command line. Starts nothing.",
        discussion: """
            The command line is read as the launcher reads it, the firmware is looked up, verified \
            and sealed, and then everything is released. What a start would refuse is refused \
            here, with the same message and exit status. All of the image is looked at, of which \
            a start looks only at the part that it needs.

            A first word that names a program (/usr/bin/kvm, qemu-system-x86_64) is taken for \
            argv[0].

            EXAMPLES
              launcherctl plan --vmid 100
              launcherctl plan -- -efi-firmware local:efi-firmware/ovmf.fd -machine q35 -m 512
              launcherctl plan --json -- /usr/bin/kvm -id 100 -bios /usr/share/ovmf/OVMF.fd
            """,
    )

    @Flag(help: "Print the plan as JSON.")
    var json = false

    @OptionGroup var commandLine: CommandLineArguments

    func validate() throws { try commandLine.requireGiven() }

    func run() throws {
        do throws(LaunchFailure) {
            let launch = try PreparedLaunch.prepare(
                commandLine.invocation(),
                depth: .whole,
            )
            try launch.requireProgram()
            let report = PlanReport(launch)
            if json {
                Output.show(json: try jsonText(report.document))
            } else {
                Output.show(report.text())
            }
        } catch {
            throw refuse(error)
        }
    }
}
