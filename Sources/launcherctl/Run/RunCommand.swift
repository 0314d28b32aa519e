import ArgumentParser
import Host
import Planning

/// `launcherctl run`: a start by hand, where one can watch.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Starts a VM in the foreground, for finding out why it does not start.",
        discussion: """
            The usual launch, on the CPUs of the VM's affinity, with four differences: QEMU stays \
            in the foreground, without a window (unless the command line says where the picture \
            goes), its first serial port is on this terminal (unless the command line has one of \
            its own, or --no-serial), and system calls outside the filter are recorded \
            instead of refused. At the end, standard error says which those were and what would \
            allow them. The exit status is QEMU's. Control-A X ends QEMU. Proxmox does not know \
            that this VM was started.

            EXAMPLES
              launcherctl run --vmid 100
              launcherctl run --seccomp enforce -- -efi-firmware local:efi-firmware/ovmf.fd -m 512
            """,
    )

    @Option(help: "What happens to system calls outside the filter: enforce, log or off.")
    var seccomp: SeccompMode = .log

    @Flag(inversion: .prefixedNo, help: "Put the first serial port on this terminal.")
    var serial = true

    @OptionGroup var commandLine: CommandLineArguments

    func validate() throws { try commandLine.requireGiven() }

    func run() throws {
        var end = ForegroundChild.End.exited(status: 0)
        try reporting { () throws(LaunchFailure) in end = try Self.end(of: prepared()) }
        switch end {
        case .exited(0): return
        case .exited(let status), .failed(let status): throw ExitCode(status)
        case .killed(let signal): ForegroundChild.end(by: signal)
        }
    }

    private func prepared() throws(LaunchFailure) -> PreparedLaunch {
        let (invocation, affinity) = try commandLine.start()
        let arguments = ForegroundCommandLine(invocation.arguments, withSerial: serial).words
        let launch = try PreparedLaunch.prepare(
            invocation.replacingArguments(with: arguments),
            seccomp: seccomp,
        )
        if let affinity {
            try failing { () throws(HostError) in try CPUAffinity.set(affinity) }
        }
        let console = Console(program: "launcherctl")
        for warning in launch.warnings {
            console.warn(warning, about: launch.plan.identity.label)
        }
        return launch
    }

    /// Becomes QEMU in a child, and says at its end what was recorded.
    private static func end(
        of launch: consuming PreparedLaunch
    ) throws(LaunchFailure) -> ForegroundChild.End {
        // Before there is QEMU, so that nothing of what it does is missed.
        let recording = RunSummary.Recording.begun(launch.plan.confinement.mode)
        switch try failing({ () throws(HostError) in try ForegroundChild.start() }) {
        case .child(let notice):
            do throws(LaunchFailure) {
                try launch.start()
            } catch {
                notice.send()
                throw error
            }
        case .parent(let child):
            let process = Int(child.id)
            let end = child.wait()
            if case .failed = end { return end }
            var summary = RunSummary(Console(program: "launcherctl"))
            summary.take(recording)
            summary.show(of: process)
            return end
        }
    }
}

/// What `run` says at its end: which system calls were outside the filter.
struct RunSummary {
    private let console: Console
    /// What is recorded, or why that cannot be known.
    private var outcome: Result<SeccompRecording.Records, HostError>?

    init(_ console: Console) {
        self.console = console
    }

    /// - Parameter recording: `nil` if no filter was loaded.
    mutating func take(_ recording: consuming Recording) {
        switch consume recording {
        case .none: outcome = nil
        case .impossible(let error): outcome = .failure(error)
        case .running(let recording):
            do throws(HostError) {
                outcome = .success(try recording.end())
            } catch {
                outcome = .failure(error)
            }
        }
    }

    /// What the kernel writes down while QEMU runs.
    enum Recording: ~Copyable {
        /// Without a filter nothing is recorded.
        case none
        case impossible(HostError)
        case running(SeccompRecording)

        static func begun(_ mode: SeccompMode) -> Recording {
            guard mode != .off else { return .none }
            do throws(HostError) {
                return .running(try SeccompRecording.begun())
            } catch {
                return .impossible(error)
            }
        }
    }

    func show(of process: Int) {
        switch outcome {
        case nil: return
        case .failure(let error):
            console.say(
                "it is not known which calls were outside the filter: \(error.message)",
                hints: ["as root: journalctl -k | launcherctl explain -"],
            )
        case .success(let records):
            let calls = RecordedCalls(
                records.log,
                of: process,
                witness: records.witness,
            )
            if !calls.isEmpty || records.isWhole {
                for line in calls.summary { console.say(line, hints: []) }
                console.hint(calls.advice)
            }
            guard !records.isWhole else { return }
            console.say(
                "there may be more: not every record of the kernel could be read",
                hints: [
                    "the kernel's log leaves out records that come too fast, and those that auditd"
                        + " gets: as root, ausearch -m SECCOMP | launcherctl explain -"
                ],
            )
        }
    }
}
