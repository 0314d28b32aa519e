import ArgumentParser
import Host
import Planning

/// `launcherctl run`: a start by hand, where one can watch.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Starts a VM in the foreground, for finding out why it does not start.",
        discussion: """
            The same launch as always, on the CPUs of the VM's affinity, but for three things: \
            QEMU stays in the foreground, its first serial port is on this terminal (unless the \
            command line has one of its own, or --no-serial), and system calls outside the filter \
            are recorded instead of refused. \
            Control-A X ends QEMU. Proxmox does not know that it started this VM.

            EXAMPLES
              launcherctl run --vmid 100
              launcherctl run --seccomp enforce -- -efi-firmware local:efi-firmware/ovmf.fd -m 512
            """,
    )

    @Option(help: "What becomes of system calls outside the filter: enforce, log or off.")
    var seccomp: SeccompMode = .log

    @Flag(inversion: .prefixedNo, help: "Put the first serial port on this terminal.")
    var serial = true

    @OptionGroup var commandLine: CommandLineArguments

    func validate() throws { try commandLine.requireGiven() }

    func run() throws {
        let console = Console(program: "launcherctl")
        try reporting { () throws(LaunchFailure) in
            let (invocation, affinity) = try commandLine.start()
            let arguments = ForegroundCommandLine(invocation.arguments, withSerial: serial).words
            let launch = try PreparedLaunch.prepare(
                invocation.replacingArguments(with: arguments),
                seccomp: seccomp,
            )
            if let affinity {
                try failing { () throws(HostError) in try CPUAffinity.set(affinity) }
            }
            for warning in launch.warnings {
                console.warn(warning, about: launch.plan.identity.label)
            }
            try launch.start()
        }
    }
}
