import ArgumentParser
import FilterVerification
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
            command line, it shows a QEMU without options. Rows of files and capabilities are \
            shown even if launcher.conf leaves them off. Landlock does not check changes of a \
            mode or an owner, or connections to a socket by its path.

            --verify compiles it with libseccomp too, runs both for every call, every ABI and the \
            boundaries of every condition, and says in one line that they agree, or names the first \
            call that is answered differently and ends with status 70.

            EXAMPLES
              launcherctl policy --vmid 100
              launcherctl policy --verify --vmid 100
              launcherctl policy -- -id 100 -daemonize -netdev tap,id=n,script=/etc/ifup
              launcherctl policy --json --seccomp log -- -machine q35
            """,
    )

    enum Form: String, EnumerableFlag {
        case json, pfc, bpf, verify

        static func help(for form: Form) -> ArgumentHelp? {
            switch form {
            case .json: "Print the policy as JSON."
            case .pfc: "Print the filters in libseccomp's pseudo code."
            case .bpf: "Print the filters' instructions, as the kernel gets them."
            case .verify: "Compare the filters with what libseccomp makes of the policy."
            }
        }
    }

    @Flag var form: Form?

    @Option(help: "Instead of what is configured: \(SeccompMode.allCases.names).")
    var seccomp: SeccompMode?

    @OptionGroup var commandLine: CommandLineArguments

    func run() throws {
        try reporting { () throws(LaunchFailure) in
            let invocation = try commandLine.invocation()
            let configured = try PreparedLaunch.confinement(invocation)
            let plan = LaunchPlan.ConfinementPlan(
                mode: seccomp ?? configured.mode,
                ruleset: configured.ruleset,
                files: configured.files,
                capabilities: configured.capabilities,
            )
            switch form {
            case nil: Output.show(PolicyReport(plan: plan).text, terminator: "")
            case .json: Output.show(json: try jsonText(PolicyDocument(plan)))
            case .bpf:
                Output.show(FilterListing(plan.ruleset, mode: plan.mode).text, terminator: "")
            case .pfc:
                let text = try failing { () throws(LibseccompError) in
                    try RulesetVerifier.pseudoCode(plan.ruleset, mode: plan.mode)
                }
                Output.show(text, terminator: "")
            case .verify: try Self.verify(plan)
            }
        }
    }

    private static func verify(_ plan: LaunchPlan.ConfinementPlan) throws(LaunchFailure) {
        guard plan.mode != .off else {
            Output.show("seccomp off: no filter is loaded, and there is nothing to compare")
            return
        }
        var verifier = RulesetVerifier()
        let agreement = try verifier.verify(plan.ruleset, mode: plan.mode)
        Output.show("libseccomp \(RulesetVerifier.libseccompVersion) agrees: \(agreement.summary)")
    }
}

extension SeccompMode: ExpressibleByArgument {}

extension [SeccompMode] {
    fileprivate var names: String { map(\.rawValue).joined(separator: ", ") }
}
