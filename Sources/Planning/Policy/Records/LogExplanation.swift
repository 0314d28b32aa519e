/// Lines of a log, read for what seccomp and Landlock did: each thing once, with how often it was
/// there.
package struct LogExplanation: Sendable {
    package enum Event: Hashable, Sendable {
        case call(CallExplanation)
        case file(FileExplanation)
        case death
    }

    package struct Entry: Hashable, Sendable {
        package let event: Event
        package internal(set) var count: Int
        /// Of the processes that did it, in order; empty if the lines do not say.
        package internal(set) var processIDs: [Int]
    }

    /// In the order in which they came first.
    package private(set) var entries: [Entry] = []
    /// How often the launcher became QEMU, which `log` mode records and which needs no explanation.
    package private(set) var launches = 0
    private var positions: [Event: Int] = [:]
    /// Refusals do not say whose they are. The record of a domain comes after its first one.
    private var owners: [ByteString: Int] = [:]
    private var unowned: [ByteString: [LandlockRecord.Refused: Int]] = [:]

    package init() {}

    /// - Parameters:
    ///   - log: lines, also about other things.
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
        } else if let record = LandlockRecord(parsing: line) {
            read(record, of: processID)
        } else if processID == nil, SignalDeath.isReported(by: line) {
            count(.death, of: nil)
        }
    }

    private mutating func read(_ record: LandlockRecord, of processID: Int?) {
        switch record {
        case .domain(let domain, let owner):
            owners[domain] = owner
            for (refused, times) in unowned.removeValue(forKey: domain) ?? [:]
            where processID == nil || processID == owner {
                // Without a process to look for, they are counted already.
                let times = processID == nil ? 0 : times
                count(.file(FileExplanation(refused)), of: owner, times: times)
            }
        case .refusal(let domain, let refused):
            guard let owner = owners[domain] else {
                unowned[domain, default: [:]][refused, default: 0] += 1
                if processID == nil { count(.file(FileExplanation(refused)), of: nil) }
                return
            }
            guard processID == nil || processID == owner else { return }
            count(.file(FileExplanation(refused)), of: owner)
        }
    }

    private mutating func count(_ event: Event, of processID: Int?, times: Int = 1) {
        let index = positions[event] ?? entries.count
        if index == entries.count {
            positions[event] = index
            entries.append(Entry(event: event, count: 0, processIDs: []))
        }
        entries[index].count += times
        if let processID, !entries[index].processIDs.contains(processID) {
            entries[index].processIDs.append(processID)
        }
    }
}
