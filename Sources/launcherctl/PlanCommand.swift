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
            and sealed, and then everything is let go. What would be refused is refused here, with \
            the same message and exit status.

            A first word that names a program (/usr/bin/kvm, qemu-system-x86_64) is taken for \
            argv[0].

            EXAMPLES
              launcherctl plan -- -efi-firmware local:efi-firmware/ovmf.fd -machine q35 -m 512
              launcherctl plan --json -- /usr/bin/kvm -id 100 -bios /usr/share/ovmf/OVMF.fd
            """,
    )

    @Flag(help: "Print the plan as JSON.")
    var json = false

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("QEMU's command line.", valueName: "qemu-arguments"),
    )
    var commandLine: [String]

    func validate() throws {
        guard !commandLine.isEmpty else {
            throw ValidationError("no command line; give QEMU's after '--'")
        }
    }

    func run() throws {
        do throws(LaunchFailure) {
            let launch = try PreparedLaunch.prepare(try Self.invocation(of: commandLine))
            let report = PlanReport(launch)
            print(json ? report.json : report.text)
        } catch {
            throw refuse(error)
        }
    }

    /// The call that the launcher would see. swift-argument-parser hands words over as text, so
    /// the words behind `--` are taken from the process itself, bytes unharmed.
    private static func invocation(of commandLine: [String]) throws(LaunchFailure) -> Invocation {
        let current = try LaunchFailure.invocation()
        var words = Array(current.arguments.suffix(commandLine.count))
        if let first = words.first, !namesProgram(first) {
            words.insert("qemu-system-x86_64", at: 0)
        }
        return current.replacingArguments(with: words)
    }

    private static func namesProgram(_ word: ByteString) -> Bool {
        let name = word.lastPathComponent
        return !word.hasPrefix("-")
            && (name.hasSuffix("kvm") || name.hasPrefix("qemu-system-") || name == "qemu-launcher")
    }
}
