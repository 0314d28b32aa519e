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
            diversion of /usr/bin/kvm. Starts and changes nothing. The exit status is that of \
            monitoring plugins: 0 all is well, 1 there are warnings, 2 something would not start.

            EXAMPLES
              launcherctl check
              launcherctl check --quiet || mail -s "firmware on $(hostname)" root
            """,
    )

    @OptionGroup var options: StoreOptions

    @Flag(help: "Print the findings as JSON.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print only warnings and failures.")
    var quiet = false

    func run() throws {
        let check = Check(options.configurationPath)
        let worst = check.findings.map(\.state).max() ?? .ok
        try reporting { () throws(LaunchFailure) in
            if json {
                Output.show(json: try jsonText(CheckDocument(check.findings, worst)))
            } else {
                show(check.findings)
            }
        }
        throw ExitCode(worst.exitStatus)
    }

    private func show(_ findings: [CheckResult]) {
        let shown = findings.filter { !quiet || $0.state != .ok }
        guard !shown.isEmpty else { return }
        var table = Table("STATE", "WHAT", "FINDING")
        for finding in shown {
            table.add(
                .init(finding.state.rawValue, finding.state.colour),
                .init("\(finding.area) \(finding.subject)".shortened(to: 34)),
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
    enum State: String, Comparable {
        case ok
        /// A VM may start differently than intended, or later not at all.
        case warning
        /// A VM does not start.
        case failure

        static func < (one: State, other: State) -> Bool { one.rank < other.rank }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warning: 1
            case .failure: 2
            }
        }

        /// What monitoring systems make of it (the Monitoring Plugins' convention).
        var exitStatus: Int32 {
            switch self {
            case .ok: 0
            case .warning: 1
            case .failure: 2
            }
        }

        var colour: Terminal.Colour {
            switch self {
            case .ok: .green
            case .warning: .yellow
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

    init(_ area: String, _ subject: String, _ state: State, _ failure: some Failure) {
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
        self.init(area, subject, state, failure.message, hint: network?.advice ?? failure.hint)
    }
}
