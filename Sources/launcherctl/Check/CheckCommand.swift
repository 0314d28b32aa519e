import ArgumentParser
import Host
import Planning
import SystemPackage

/// `launcherctl check`: would everything start that is meant to?
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks that every VM with firmware of its own would start on this host.",
        discussion: """
            Looks at the configuration, the storages, every pinned image, every VM that asks for \
            firmware, the filter of every VM (against libseccomp), QEMU, the kernel and the \
            diversion of /usr/bin/kvm. Starts and changes nothing. The exit status is the one of monitoring plugins: 0 everything is well, \
            1 there are warnings, 2 something would not start.

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

    private func show(_ findings: [Finding]) {
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
