import ArgumentParser
import Glibc
import Host
import Planning

/// `launcherctl policy`: what the filter of one command line answers to every system call, which
/// files QEMU may open, and which capabilities it needs.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Shows how a QEMU command line is confined. Starts nothing.",
        discussion: """
            System calls (seccomp), files (landlock) and capabilities, each row with what asked \
            for it and why, derived as the launcher derives it, launcher.conf included. Without a \
            command line it is that of a QEMU without options. Rows of files and capabilities are \
            shown also where launcher.conf leaves them off. Landlock is not asked about changing a \
            mode or an owner, and about connecting to a socket by its path.

            EXAMPLES
              launcherctl policy --vmid 100
              launcherctl policy -- -id 100 -daemonize -netdev tap,id=n,script=/etc/ifup
              launcherctl policy --json --seccomp log -- -machine q35
            """,
    )

    enum Form: String, EnumerableFlag {
        case json, pfc, bpf

        static func help(for form: Form) -> ArgumentHelp? {
            switch form {
            case .json: "Print the policy as JSON."
            case .pfc: "Print the filters as pseudo code."
            case .bpf: "Print the filters' instructions, as the kernel gets them."
            }
        }
    }

    @Flag var form: Form?

    @Option(help: "Instead of what is configured: \(SeccompMode.allCases.names).")
    var seccomp: SeccompMode?

    @OptionGroup var commandLine: CommandLineArguments

    func run() throws {
        do throws(LaunchFailure) {
            let invocation = try commandLine.invocation()
            let plan = try PreparedLaunch.confinement(invocation)
            let report = PolicyReport(
                plan.ruleset,
                mode: seccomp ?? plan.mode,
                files: plan.files,
                capabilities: plan.capabilities,
            )
            if form == .json {
                Output.show(json: report.json, terminator: "")
            } else {
                Output.show(Self.text(of: report, as: form), terminator: "")
            }
        } catch {
            throw refuse(error)
        }
    }

    private static func text(of report: PolicyReport, as form: Form?) -> String {
        switch form {
        case nil: report.table
        case .json: report.json
        case .pfc: report.pseudoCode
        case .bpf: report.listing
        }
    }
}

extension SeccompMode: ExpressibleByArgument {}

extension [SeccompMode] {
    fileprivate var names: String { map(\.rawValue).joined(separator: ", ") }
}
