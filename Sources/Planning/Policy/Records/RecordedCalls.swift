/// What the kernel recorded about one process while it ran, in a few lines: which calls were outside
/// the filter, what happened to them, and what would allow them.
package struct RecordedCalls: Hashable, Sendable {
    private var calls: [Call] = []
    /// Of other processes, which may be programs that QEMU started, or other VMs.
    private var others: [Other] = []

    private struct Call: Hashable, Sendable {
        let name: String
        let effect: CallExplanation.Effect
        let groups: [String]
        let remedy: String
        var count: Int
    }

    private struct Other: Hashable, Sendable {
        let name: ByteString
        let call: String
    }

    /// - Parameters:
    ///   - log: what the kernel wrote since the process was started.
    ///   - processID: the process.
    ///   - witness: our process, in the same session.
    package init(_ log: ByteString, of processID: Int, witness: Int) {
        let records = log.bytes.split(separator: UInt8(ascii: "\n")).compactMap {
            SeccompRecord(parsing: ByteString($0))
        }
        let session = records.last { $0.processID == witness }?.session
        for record in records
        where record.processID != witness && !record.isLauncherBecomingQEMU {
            // What QEMU starts is in its session.
            guard record.processID == processID || record.session == session else { continue }
            let explanation = CallExplanation(record)
            if record.processID == processID {
                count(explanation)
            } else {
                let other = Other(name: record.comm, call: explanation.name)
                if !others.contains(other) { others.append(other) }
            }
        }
    }

    private mutating func count(_ explanation: CallExplanation) {
        let index = calls.firstIndex {
            $0.name == explanation.name && $0.effect == explanation.effect
        }
        if let index {
            calls[index].count += 1
        } else {
            calls.append(
                Call(
                    name: explanation.name,
                    effect: explanation.effect,
                    groups: explanation.groups,
                    remedy: explanation.remedy,
                    count: 1,
                )
            )
        }
    }
}

extension RecordedCalls {
    package var isEmpty: Bool { calls.isEmpty && others.isEmpty }

    /// A line for each effect that a call may have, or one that says that there was no call.
    package var summary: [String] {
        var lines = CallExplanation.Effect.allCases.compactMap { effect -> String? in
            let calls = calls.filter { $0.effect == effect }
            guard !calls.isEmpty else { return nil }
            let count = calls.reduce(0) { $0 + $1.count }
            let names = calls.map { call in
                call.count == 1 ? call.name : "\(call.name) (\(call.count) times)"
            }
            return "\(effect.rawValue): \(count) call\(count == 1 ? "" : "s") outside the filter: "
                + names.joined(separator: ", ")
        }
        if lines.isEmpty { lines.append("nothing outside the filter was called") }
        if !others.isEmpty {
            let names = others.prefix(8).map { "\(quoted($0.name)) (\($0.call))" }
            lines.append(
                "also recorded in that time, from other processes, perhaps from programs that QEMU"
                    + " started: " + names.joined(separator: ", ") + (others.count > 8 ? ", …" : "")
            )
        }
        return lines
    }

    /// For each call what would allow it, once.
    package var advice: [String] {
        var lines: [String] = []
        for call in calls {
            let groups =
                switch call.groups.count {
                case 0: ""
                case 1: " (group \(call.groups[0]))"
                default: " (groups \(call.groups.joined(separator: ", ")))"
                }
            let line = "\(call.name)\(groups): \(call.remedy)"
            if !lines.contains(line) { lines.append(line) }
        }
        return lines
    }
}

/// What can be said if only the end of a process is known: that the signal of a filter ended it.
package enum SignalDeath {
    /// SIGSYS, and what a shell and Python make of it.
    private static let numbers: Set<String> = ["31", "159", "-31"]
    private static let nouns: Set<String> = ["signal", "status", "exit", "code", "rc"]

    /// Whether a line of text says that SIGSYS ended a process, as shells (`Bad system call`),
    /// systemd (`status=31/SYS`), libvirt and Proxmox (`exit code 159`, `signal 31`) say it.
    package static func isReported(by line: ByteString) -> Bool {
        let words = String(decoding: line.bytes, as: UTF8.self).lowercased()
            .split { !$0.isASCII || !($0.isLetter || $0.isNumber || $0 == "-") }
            .map(String.init)
        let isNamed =
            words.contains("sigsys")
            || words.contains { $0 == "31" } && words.contains("sys")
        let isPhrase = zip(words, zip(words.dropFirst(), words.dropFirst(2)))
            .contains { $0 == "bad" && $1.0 == "system" && $1.1 == "call" }
        let isNumbered = words.indices.contains { index in
            numbers.contains(words[index]) && index > words.startIndex
                && nouns.contains(words[index - 1])
        }
        return isPhrase || isNumbered || isNamed || words == ["159"] || words == ["31"]
    }
}

/// How a running process is confined, as the kernel shows it in /proc/PID/status.
package struct ProcessConfinement: Hashable, Sendable {
    package let name: ByteString
    /// As the kernel's Documentation/filesystems/proc.rst has it: 0 off, 1 strict, 2 filters.
    package let seccompMode: Int
    /// `nil` if the kernel does not tell (before Linux 5.9).
    package let filterCount: Int?
    package let noNewPrivileges: Bool

    /// - Returns: `nil` if the text is no such status, or the kernel has no seccomp.
    package init?(parsing status: ByteString) {
        var fields: [String: ByteString] = [:]
        for line in status.bytes.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let key = String(decoding: line[..<colon], as: UTF8.self)
            let value = line[line.index(after: colon)...].drop { $0 == 0x20 || $0 == 0x09 }
            fields[key] = ByteString(value)
        }
        guard let name = fields["Name"],
            let mode = fields["Seccomp"]?.text.flatMap({ Int($0) })
        else { return nil }
        self.name = name
        seccompMode = mode
        filterCount = fields["Seccomp_filters"]?.text.flatMap { Int($0) }
        noNewPrivileges = fields["NoNewPrivs"] == "1"
    }

    /// On one line.
    package var summary: String {
        let filters =
            switch seccompMode {
            case 0: "no seccomp filter"
            case 2: filterCount.map { "\($0) seccomp filter\($0 == 1 ? "" : "s")" } ?? "seccomp"
            default: "seccomp mode \(seccompMode)"
            }
        return "\(quoted(name)): \(filters), no_new_privs \(noNewPrivileges ? "set" : "not set")"
    }
}
