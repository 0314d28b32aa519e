import ArgumentParser
import Host
import Planning
import SystemPackage

/// `launcherctl check`: would everything start that should start?
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks that every VM with custom firmware would start on this host.",
        discussion: """
            Looks at the configuration, the storages, every pinned image, every VM that asks for \
            firmware, the filter of every VM (against libseccomp), QEMU, the kernel and the \
            diversion of /usr/bin/kvm. Starts and changes nothing. The first line and the exit \
            status are those of monitoring plugins: 0 OK, 1 WARNING, 2 CRITICAL (something would \
            not start), 3 UNKNOWN (you may not read what has to be read). 'information' is of no \
            concern to this host.

            With --node it asks whether the VMs of the cluster would start on another node, as \
            far as that can be seen from here: before a migration, or for high availability.

            EXAMPLES
              launcherctl check
              launcherctl check --quiet || mail -s "firmware on $(hostname)" root
              launcherctl check --all-nodes
              launcherctl check --prometheus /var/lib/node_exporter/qemu-launcher.prom
            """,
    )

    @OptionGroup var options: StoreOptions

    @Option(
        help: ArgumentHelp("Check another node of the cluster.", valueName: "name"),
        completion: .node,
    )
    var node: String?

    @Flag(help: "Check this node and all others.")
    var allNodes = false

    @Flag(help: "Print the findings as JSON.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print only warnings and failures.")
    var quiet = false

    @Option(
        help: ArgumentHelp("Also write metrics for Prometheus there.", valueName: "file"),
        completion: .file(),
    )
    var prometheus: String?

    func validate() throws {
        guard node == nil || !allNodes else {
            throw ValidationError("--node and --all-nodes exclude each other")
        }
    }

    func run() throws {
        let scope = node.map(Check.Scope.node) ?? (allNodes ? .allNodes : .thisNode)
        var worst = CheckResult.State.ok
        try reporting { () throws(LaunchFailure) in
            let check = try Check(options.configurationPath, scope)
            let summary = CheckSummary(check)
            worst = summary.worst
            if let prometheus { try summary.writeMetrics(to: FilePath(prometheus)) }
            if json {
                Output.show(json: try jsonText(CheckDocument(check.findings, worst)))
            } else {
                show(check.findings, summary)
            }
        }
        throw ExitCode(worst.exitStatus)
    }

    private func show(_ findings: [CheckResult], _ summary: CheckSummary) {
        let shown = findings.filter { !quiet || $0.state > .ok }
        guard !shown.isEmpty else { return }
        Output.show(summary.line)
        var table = Table("STATE", "WHAT", "FINDING")
        for finding in shown {
            table.add(
                .init(finding.state.rawValue, finding.state.colour),
                .init("\(finding.area) \(finding.subject)"),
                .init(finding.message),
            )
        }
        Output.show(painted: table.text(inColour: Terminal.showsColour))
        let hints = shown.compactMap { finding in
            finding.hint.map { printable("\(finding.area) \(finding.subject): \($0)") }
        }
        if !hints.isEmpty { Output.show() }
        for hint in hints { Folding.lines(hint, after: "hint: ").forEach { Output.show($0) } }
    }
}

/// One thing that `check` looked at.
struct CheckResult {
    /// From the best to the worst.
    enum State: String, Comparable, CaseIterable {
        /// Of no concern to this host: nothing is worse for it.
        case information
        case ok
        /// A VM may start differently than intended, or later not at all.
        case warning
        /// Whoever ran the check may not look; root may.
        case unknown
        /// A VM does not start.
        case failure

        static func < (one: State, other: State) -> Bool { one.rank < other.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        /// What monitoring systems make of it (the Monitoring Plugins' convention).
        var exitStatus: Int32 {
            switch self {
            case .information, .ok: 0
            case .warning: 1
            case .failure: 2
            case .unknown: 3
            }
        }

        /// The word of the same convention.
        var title: String {
            switch self {
            case .information, .ok: "OK"
            case .warning: "WARNING"
            case .unknown: "UNKNOWN"
            case .failure: "CRITICAL"
            }
        }

        var colour: Terminal.Colour {
            switch self {
            case .information, .ok: .green
            case .warning, .unknown: .yellow
            case .failure: .red
            }
        }
    }

    /// What kind of thing it is: `configuration`, `storage`, `firmware`, `vm`, …
    let area: String
    let subject: String
    let state: State
    let message: String
    let hint: String?

    init(_ area: String, _ subject: String, _ state: State, _ message: String, hint: String? = nil)
    {
        self.area = area
        self.subject = subject
        self.state = state
        self.message = message
        self.hint = hint
    }

    /// Why a start would fail; or why nobody but root can know.
    init(_ area: String, _ subject: String, _ state: State, _ failure: some Failure) {
        let state = isForLackOfRights(failure) && !CurrentProcess.isRoot ? .unknown : state
        self.init(area, subject, state, failure.message, hint: failure.hint)
    }

    /// An image that a start would refuse. If its file system decides on owner and mode, chmod and
    /// chown do not help.
    init(
        _ area: String,
        _ subject: String,
        _ state: State,
        _ failure: LaunchFailure,
        at root: FilePath?
    ) {
        let isAboutPermissions =
            switch (failure.cause as? VerificationError)?.cause {
            case .foreignOwner, .writableByOthers, .notReadOnly, .permissionDenied: true
            default: false
            }
        let network = isAboutPermissions ? root.flatMap { NetworkFileSystem(at: $0) } : nil
        let state = isForLackOfRights(failure) && !CurrentProcess.isRoot ? .unknown : state
        self.init(area, subject, state, failure.message, hint: network?.advice ?? failure.hint)
    }

    /// The same finding, of another concern.
    func of(_ state: State) -> CheckResult {
        CheckResult(area, subject, state, message, hint: hint)
    }

    /// The same, with a remark at its end.
    func saying(_ remark: String) -> CheckResult {
        CheckResult(area, subject, state, "\(message); \(remark)", hint: hint)
    }
}

/// Whether root would get further.
private func isForLackOfRights(_ failure: some Failure) -> Bool {
    switch (failure as? LaunchFailure)?.cause ?? failure {
    case HostFileError.unreadable(_, .permissionDenied),
        HostFileError.unreadable(_, .notPermitted),
        HostError.systemCallFailed(_, _, .permissionDenied),
        HostError.systemCallFailed(_, _, .notPermitted):
        true
    case let error as VerificationError:
        if case .permissionDenied = error.cause { true } else { false }
    default: false
    }
}
