internal import Planning

/// One filter in the words that libseccomp has: an answer to everything, and rows about calls, each
/// with another answer. The order of rows means nothing to it.
struct StatedFilter: Hashable {
    struct Row: Hashable {
        let call: Syscall
        let action: FilterAction
        /// At most one about each argument; empty: the row is about every such call.
        let checks: [ArgumentCheck]
    }

    let defaultAction: FilterAction
    let foreign: FilterAction
    var rows: [Row] = []

    /// What libseccomp makes of it.
    func made(in order: LibseccompFilter.Order) throws(LibseccompError) -> LibseccompFilter {
        let filter = try LibseccompFilter.empty(
            default: defaultAction,
            foreign: foreign,
            order: order,
        )
        for row in rows { try filter.add(row) }
        return filter
    }
}

/// One filter of ours, expressed in as many filters of libseccomp as necessary.
///
/// libseccomp has one answer for all that no row is about. A call of which some arguments are
/// answered one way and all others another way, which is not that answer, goes into a second filter
/// whose default is the other way; it holds only such calls. For every call, the one filter that
/// states it is compared.
///
/// The rows are weighed here from the ruleset itself, as ``Ruleset/verdict(number:arguments:)`` says
/// and without the tables that our own program is made from, so that a defect there is seen.
struct StatedLayer: Hashable {
    /// The first states all calls but those of `homes`, numbers without a name among them.
    private(set) var filters: [StatedFilter]
    /// Which of the others states a call.
    private(set) var homes: [Syscall: Int] = [:]
    /// Calls that libseccomp cannot state: two answers whose checks may both hold at once.
    private(set) var unstated: [Syscall] = []

    init(_ ruleset: Ruleset, _ layer: FilterLayer, _ mode: SeccompMode) {
        func action(_ verdict: Verdict, _ number: UInt32?) -> FilterAction {
            layer.action(on: verdict, number: number, ruleset.execution, mode)
        }
        let defaultAction = action(ruleset.defaultVerdict, nil)
        let foreign = action(.kill, nil)
        filters = [StatedFilter(defaultAction: defaultAction, foreign: foreign)]

        let rules = Dictionary(grouping: ruleset.rules, by: \.syscall)
        for (call, rules) in rules.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let statement = CallStatement(rules, default: ruleset.defaultVerdict) {
                action($0, call.rawValue)
            }
            guard let statement else {
                unstated.append(call)
                continue
            }
            let home = statement.rows.isEmpty ? 0 : home(for: statement.otherwise, foreign)
            if home > 0 { homes[call] = home }
            filters[home].rows += statement.rows.map { action, checks in
                StatedFilter.Row(call: call, action: action, checks: checks)
            }
            if statement.rows.isEmpty, statement.otherwise != defaultAction {
                filters[0].rows.append(.init(call: call, action: statement.otherwise, checks: []))
            }
        }
    }

    /// The filter whose default holds for a call if no row about its arguments does.
    private mutating func home(for action: FilterAction, _ foreign: FilterAction) -> Int {
        if let index = filters.firstIndex(where: { $0.defaultAction == action }) { return index }
        filters.append(StatedFilter(defaultAction: action, foreign: foreign))
        return filters.count - 1
    }
}

/// What a filter answers to one call.
private struct CallStatement {
    /// What holds if no row does.
    let otherwise: FilterAction
    /// In any order: if two answers differ, their checks never hold at once.
    private(set) var rows: [(action: FilterAction, checks: [ArgumentCheck])] = []

    /// - Returns: `nil` if the order of the rows matters.
    init?(
        _ rules: [SyscallRule],
        default defaultVerdict: Verdict,
        action: (Verdict) -> FilterAction,
    ) {
        var otherwise = rules.filter(\.checks.isEmpty).map(\.verdict).max() ?? defaultVerdict
        // Of rows that match equally well, the more permissive one holds: it comes first.
        let speaking = rules.filter { !$0.checks.isEmpty }.sorted { $0.verdict > $1.verdict }
        var steps: [(action: FilterAction, checks: [ArgumentCheck])] = []
        for rule in speaking {
            // Two checks that exclude each other: the row never applies.
            guard let checks = rule.checks.merged else { continue }
            guard !checks.isEmpty else {
                // It always holds, so the less permissive rows never apply.
                otherwise = rule.verdict
                break
            }
            // What a more permissive row says of the same arguments holds.
            guard !steps.contains(where: { $0.checks == checks }) else { continue }
            steps.append((action(rule.verdict), checks))
        }
        self.otherwise = action(otherwise)
        for (index, step) in steps.enumerated() {
            for later in steps[(index + 1)...] where later.action != step.action {
                guard step.checks.exclude(later.checks) else { return nil }
            }
            guard step.action != self.otherwise else { continue }
            let isKnown = rows.contains { $0.action == step.action && $0.checks == step.checks }
            if !isKnown { rows.append(step) }
        }
    }
}

extension [ArgumentCheck] {
    /// The same in one check for each argument, without those that always hold.
    ///
    /// - Returns: `nil` if they never hold together.
    fileprivate var merged: [ArgumentCheck]? {
        var merged: [Int: ArgumentCheck] = [:]
        for check in self where check.mask != 0 {
            guard let other = merged[check.index] else {
                merged[check.index] = check
                continue
            }
            guard !check.excludes(other) else { return nil }
            merged[check.index] = ArgumentCheck(
                argument: check.index,
                masked: check.mask | other.mask,
                equals: check.value | other.value,
            )
        }
        return merged.values.sorted { $0.index < $1.index }
    }

    /// Whether no arguments pass both these and `others`.
    fileprivate func exclude(_ others: [ArgumentCheck]) -> Bool {
        contains { check in others.contains { check.excludes($0) } }
    }
}

extension ArgumentCheck {
    /// Whether no value passes both: they ask for different bits in the same place.
    fileprivate func excludes(_ other: ArgumentCheck) -> Bool {
        index == other.index && value & other.mask != other.value & mask
    }
}
