/// Lines of a log, read for what seccomp did: each thing once, with how often it was there.
package struct LogExplanation: Hashable, Sendable {
    package enum Finding: Hashable, Sendable {
        case call(CallExplanation)
        case death
    }

    package struct Entry: Hashable, Sendable {
        package let finding: Finding
        package internal(set) var count: Int
        /// Of the processes that did it, in order; empty where the lines do not say.
        package internal(set) var processIDs: [Int]
    }

    /// In the order in which they came first.
    package private(set) var entries: [Entry] = []
    /// How often the launcher became QEMU, which `log` mode records and nobody has to explain.
    package private(set) var launches = 0
    private var positions: [Finding: Int] = [:]

    package init() {}

    /// - Parameters:
    ///   - log: lines, whatever else they are about.
    ///   - processID: of the one process that matters; `nil`: of all.
    package init(_ log: ByteString, of processID: Int? = nil) {
        for line in log.bytes.split(separator: UInt8(ascii: "\n")) {
            read(ByteString(line), of: processID)
        }
    }

    /// Takes one more line into account.
    package mutating func read(_ line: ByteString, of processID: Int? = nil) {
        if let record = SeccompRecord(parsing: line) {
            guard processID == nil || record.processID == processID else { return }
            guard !record.isLauncherBecomingQEMU else {
                launches += 1
                return
            }
            count(.call(CallExplanation(record)), of: record.processID)
        } else if processID == nil, SignalDeath.isReported(by: line) {
            count(.death, of: nil)
        }
    }

    private mutating func count(_ finding: Finding, of processID: Int?) {
        let index = positions[finding] ?? entries.count
        if index == entries.count {
            positions[finding] = index
            entries.append(Entry(finding: finding, count: 0, processIDs: []))
        }
        entries[index].count += 1
        if let processID, !entries[index].processIDs.contains(processID) {
            entries[index].processIDs.append(processID)
        }
    }
}

extension LogExplanation {
    /// For a person: a paragraph for each thing.
    package var text: String { entries.map(\.text).joined(separator: "\n") }
}

extension LogExplanation.Entry {
    fileprivate var text: String {
        let times = count == 1 ? "" : ", \(count) times"
        switch finding {
        case .death:
            return "\(SignalDeath.message)\(times)\n\(SignalDeath.advice)\n"
        case .call(let call):
            let processes =
                processIDs.prefix(8).map(String.init).joined(separator: ", ")
                + (processIDs.count > 8 ? ", …" : "")
            let rows = call.rows.map { row in
                "  group \(row.group): \(row.verdict.summary)"
                    + (row.condition.isEmpty ? "" : " where \(row.condition)")
                    + ", because: \(row.reason)"
            }
            return
                (["\(call.subject), process \(processes): \(call.outcome)\(times)"] + rows
                + ["  remedy: \(call.remedy)", ""]).joined(separator: "\n")
        }
    }
}
