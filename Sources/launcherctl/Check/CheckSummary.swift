import FoundationEssentials
import Host
import Planning
import SystemPackage

/// What monitoring wants to know of a check.
struct CheckSummary {
    let worst: CheckResult.State
    private let findings: [CheckResult]
    private let counts: Check.Counts

    init(_ check: Check) {
        findings = check.findings
        counts = check.counts
        worst = check.findings.map(\.state).max().map { max($0, .ok) } ?? .ok
    }

    /// The first line of a monitoring plugin: the state, what there is, and the same as performance
    /// data (`label=value;warning;critical`).
    var line: String {
        let failures = count(.failure)
        let warnings = count(.warning)
        let unknown = count(.unknown)
        var text = "\(worst.title): \(worst == .ok ? summaryWhenWell : troubles)"
        text += " | vms=\(counts.guests) pins=\(counts.pins) failures=\(failures);;0"
        text += " warnings=\(warnings);0 unknown=\(unknown);0"
        return text
    }

    private var summaryWhenWell: String {
        "\(amount(counts.guests, "VM")) with custom firmware, "
            + amount(counts.pins, "pinned image")
    }

    /// How many there are, and the worst of them in its own words: most systems show one line.
    private var troubles: String {
        let first = findings.first { $0.state == worst }
        let numbers = [
            amount(count(.failure), "failure"), "\(count(.unknown)) unknown",
            amount(count(.warning), "warning"),
        ].filter { !$0.hasPrefix("0 ") }
        let example = first.map { "\($0.area) \($0.subject): \($0.message)" } ?? ""
        // A bar begins the performance data.
        return printable("\(numbers.joined(separator: ", ")); \(example)")
            .replacing("|", with: "/")
    }

    private func count(_ state: CheckResult.State) -> Int {
        findings.count { $0.state == state }
    }

    private func amount(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    /// In Prometheus' text format, for node_exporter's textfile collector. The file is replaced in
    /// one step, so that nobody reads half of it.
    func writeMetrics(to path: FilePath) throws(LaunchFailure) {
        try failing { () throws(HostFileError) in
            try HostFiles.replace(path, with: Array(metrics.utf8))
        }
    }

    private var metrics: String {
        var lines = [
            "# HELP qemu_launcher_info Which launcher checked.",
            "# TYPE qemu_launcher_info gauge",
            "qemu_launcher_info{version=\"\(Version.current)\"} 1",
            "# HELP qemu_launcher_check_status 0 well, 1 warnings, 2 failures, 3 unknown.",
            "# TYPE qemu_launcher_check_status gauge",
            "qemu_launcher_check_status \(worst.exitStatus)",
            "# HELP qemu_launcher_check_findings What the check found, by state.",
            "# TYPE qemu_launcher_check_findings gauge",
        ]
        for state in CheckResult.State.allCases {
            lines.append(
                "qemu_launcher_check_findings{state=\"\(state.rawValue)\"} \(count(state))"
            )
        }
        lines += [
            "# HELP qemu_launcher_vms VMs of this node with custom firmware.",
            "# TYPE qemu_launcher_vms gauge",
            "qemu_launcher_vms \(counts.guests)",
            "# HELP qemu_launcher_vm_status The same as qemu_launcher_check_status, of one VM.",
            "# TYPE qemu_launcher_vm_status gauge",
        ]
        for (vm, state) in statesOfGuests {
            lines.append("qemu_launcher_vm_status{vm=\"\(label(vm))\"} \(state.exitStatus)")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The worst of each VM, in the order of the findings.
    private var statesOfGuests: [(String, CheckResult.State)] {
        var states: [String: CheckResult.State] = [:]
        var order: [String] = []
        for finding in findings where finding.area == "vm" {
            if states[finding.subject] == nil { order.append(finding.subject) }
            states[finding.subject] = max(states[finding.subject] ?? .ok, finding.state)
        }
        return order.map { ($0, states[$0] ?? .ok) }
    }

    private func label(_ text: String) -> String {
        printable(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
