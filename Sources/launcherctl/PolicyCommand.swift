import ArgumentParser
import Glibc
import Host
import Planning

/// `launcherctl policy`: what the filter of one command line answers to every system call.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Shows the seccomp policy of a QEMU command line. Starts nothing.",
        discussion: """
            The policy is derived as the launcher derives it, launcher.conf included. Without a \
            command line it is that of a QEMU without options.

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
            let report = PolicyReport(plan.ruleset, mode: seccomp ?? plan.mode)
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
