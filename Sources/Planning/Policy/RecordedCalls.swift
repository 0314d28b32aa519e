/// What the kernel recorded about one process while it ran, in a few lines: which calls were outside
/// the filter, what became of them, and what would allow them.
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
    ///   - witness: a process of ours, in the same session.
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

    /// A line for each thing that may become of a call, or that there was none.
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
                "meanwhile recorded of other processes, perhaps of programs that QEMU started: "
                    + names.joined(separator: ", ") + (others.count > 8 ? ", …" : "")
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
