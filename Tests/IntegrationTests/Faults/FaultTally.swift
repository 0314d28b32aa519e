import Foundation

/// What came of all faults, for the line that is printed at the end.
actor FaultTally {
    private(set) var faults = 0
    private(set) var started = 0
    private(set) var refused = 0
    private(set) var killed = 0
    private(set) var violations: [String] = []

    func add(_ outcome: Outcome, violation: String?) {
        faults += 1
        switch outcome.end {
        case .status(0): started += 1
        case .signal: killed += 1
        case .status, .timeout: refused += 1
        }
        if let violation { violations.append(violation) }
    }

    var summary: String {
        "\(faults) faults: \(started) started with the verified firmware, \(refused) refused,"
            + " \(killed) ended by the runtime for want of memory, \(violations.count) wrong"
    }
}
