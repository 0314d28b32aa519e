package import Planning

/// Holds the launcher's filters against what libseccomp makes of the same ruleset: call by call, ABI
/// by ABI, boundary value by boundary value.
///
/// Both are run by the same machine, so that neither the kernel nor this process has to load them.
package struct RulesetVerifier {
    /// What libseccomp made of a filter already: rulesets have many in common.
    private var programs: [StatedFilter: FilterInterpreter] = [:]
    private var verified: [Pair: Agreement] = [:]

    private struct Pair: Hashable {
        let layer: FilterLayer
        let stated: StatedLayer
        let program: FilterProgram?
    }

    package init() {}

    package static var libseccompVersion: String { LibseccompFilter.version }

    /// - Parameter mode: with ``SeccompMode/off`` there is nothing to compare.
    package mutating func verify(
        _ ruleset: Ruleset,
        mode: SeccompMode,
    ) throws(VerificationFailure) -> Agreement {
        guard mode != .off else { return Agreement() }
        return try verify(FilterStack(ruleset, mode: mode), against: ruleset, mode: mode)
    }

    /// - Parameter stack: what would be loaded; made from `ruleset` unless it is wrong.
    package mutating func verify(
        _ stack: FilterStack,
        against ruleset: Ruleset,
        mode: SeccompMode,
    ) throws(VerificationFailure) -> Agreement {
        var agreement = Agreement()
        for layer in FilterLayer.allCases {
            let program = layer == .recorded ? stack.recorded : stack.silent
            let pair = Pair(
                layer: layer,
                stated: StatedLayer(ruleset, layer, mode),
                program: program,
            )
            let found: Agreement
            if let known = verified[pair] {
                found = known
            } else {
                let comparison = LayerComparison(
                    layer: layer,
                    ruleset: ruleset,
                    mode: mode,
                    ours: program.map { FilterInterpreter($0.instructions) },
                    stated: pair.stated,
                    theirs: try machines(for: pair.stated),
                )
                found = try comparison.run()
                verified[pair] = found
            }
            agreement.add(found)
        }
        return agreement
    }

    private mutating func machines(
        for stated: StatedLayer
    ) throws(VerificationFailure) -> [FilterInterpreter] {
        var machines: [FilterInterpreter] = []
        for filter in stated.filters {
            if let known = programs[filter] {
                machines.append(known)
                continue
            }
            do throws(LibseccompError) {
                let machine = FilterInterpreter(try filter.made(in: .tree).instructions())
                programs[filter] = machine
                machines.append(machine)
            } catch {
                throw .libseccomp(error)
            }
        }
        return machines
    }
}

extension RulesetVerifier {
    /// The filters of a ruleset in libseccomp's own pseudo code.
    package static func pseudoCode(
        _ ruleset: Ruleset,
        mode: SeccompMode,
    ) throws(VerificationFailure) -> String {
        var text: [String] = []
        for layer in FilterLayer.allCases where mode != .off {
            let stated = StatedLayer(ruleset, layer, mode)
            if mode == .log, layer == .silent { continue }
            for (index, filter) in stated.filters.enumerated() {
                let calls = stated.homes.filter { $0.value == index }.keys.map(\.name).sorted()
                let part = index == 0 ? "" : ", for \(calls.joined(separator: ", ")) alone"
                do throws(LibseccompError) {
                    text.append("# filter '\(layer.rawValue)'\(part)\n")
                    text.append(try filter.made(in: .list).pseudoCode())
                } catch {
                    throw .libseccomp(error)
                }
            }
            if !stated.unstated.isEmpty {
                let names = stated.unstated.map(\.name).joined(separator: ", ")
                text.append("# cannot be stated with libseccomp: \(names)\n")
            }
        }
        return text.joined()
    }
}

/// That libseccomp answers alike, and how much was asked.
package struct Agreement: Hashable, Sendable {
    /// Filters of the launcher's; none where none would be loaded.
    package private(set) var filters = 0
    /// Numbers, each in each ABI.
    package private(set) var calls = 0
    /// Sets of arguments, of all calls together.
    package private(set) var argumentValues = 0
    /// What libseccomp cannot state; held against the ruleset alone.
    package private(set) var notComparable: Set<Syscall> = []

    package init() {}

    init(filters: Int, calls: Int, argumentValues: Int, notComparable: [Syscall]) {
        self.filters = filters
        self.calls = calls
        self.argumentValues = argumentValues
        self.notComparable = Set(notComparable)
    }

    package mutating func add(_ other: Agreement) {
        filters += other.filters
        calls += other.calls
        argumentValues += other.argumentValues
        notComparable.formUnion(other.notComparable)
    }

    /// `2 filters, 13,000 calls, 90,000 argument values`.
    package var summary: String {
        let names = notComparable.map(\.name).sorted().joined(separator: ", ")
        return "\(filters) filter\(filters == 1 ? "" : "s"), \(calls) calls, "
            + "\(argumentValues) argument values"
            + (names.isEmpty ? "" : "; not comparable, and as the ruleset says: \(names)")
    }
}
