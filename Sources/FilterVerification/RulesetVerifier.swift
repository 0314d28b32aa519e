package import Planning

/// Compares the launcher's filters with what libseccomp makes of the same ruleset: call by call,
/// ABI by ABI, boundary value by boundary value.
///
/// Both are run by the same machine, so that neither the kernel nor this process has to load them.
package struct RulesetVerifier {
    /// What libseccomp already made of a filter: rulesets share many filters.
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
    ) throws(LaunchFailure) -> Agreement {
        guard mode != .off else { return Agreement() }
        return try verify(FilterStack(ruleset, mode: mode), against: ruleset, mode: mode)
    }

    /// - Parameter stack: what would be loaded; made from `ruleset` unless it is wrong.
    package mutating func verify(
        _ stack: FilterStack,
        against ruleset: Ruleset,
        mode: SeccompMode,
    ) throws(LaunchFailure) -> Agreement {
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
                let theirs = try failing { () throws(LibseccompError) in
                    try machines(for: pair.stated)
                }
                let comparison = LayerComparison(
                    layer: layer,
                    ruleset: ruleset,
                    mode: mode,
                    ours: program.map { FilterInterpreter($0.instructions) },
                    stated: pair.stated,
                    theirs: theirs,
                )
                found = try failing { () throws(VerificationFailure) in try comparison.run() }
                verified[pair] = found
            }
            agreement.add(found)
        }
        return agreement
    }

    private mutating func machines(
        for stated: StatedLayer
    ) throws(LibseccompError) -> [FilterInterpreter] {
        var machines: [FilterInterpreter] = []
        for filter in stated.filters {
            if let known = programs[filter] {
                machines.append(known)
                continue
            }
            let machine = FilterInterpreter(try filter.made(in: .tree).instructions())
            programs[filter] = machine
            machines.append(machine)
        }
        return machines
    }
}

extension RulesetVerifier {
    /// The filters of a ruleset in libseccomp's own pseudo code.
    package static func pseudoCode(
        _ ruleset: Ruleset,
        mode: SeccompMode,
    ) throws(LibseccompError) -> String {
        var text: [String] = []
        for layer in FilterLayer.allCases where mode != .off {
            let stated = StatedLayer(ruleset, layer, mode)
            if mode == .log, layer == .silent { continue }
            for (index, filter) in stated.filters.enumerated() {
                let calls = stated.homes.filter { $0.value == index }.keys.map(\.name).sorted()
                let part = index == 0 ? "" : ", for \(calls.joined(separator: ", ")) alone"
                text.append("# filter '\(layer.rawValue)'\(part)\n")
                text.append(try filter.made(in: .list).pseudoCode())
            }
            if !stated.unstated.isEmpty {
                let names = stated.unstated.map(\.name).joined(separator: ", ")
                text.append("# cannot be stated with libseccomp: \(names)\n")
            }
        }
        return text.joined()
    }
}

/// That libseccomp gives the same answers, and how much was compared.
package struct Agreement: Hashable, Sendable {
    /// Filters of the launcher; none if none would be loaded.
    package private(set) var filters = 0
    /// Numbers, each in each ABI.
    package private(set) var calls = 0
    /// Sets of arguments, of all calls together.
    package private(set) var argumentValues = 0
    /// What libseccomp cannot state; compared with the ruleset alone.
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

/// Why the launcher's filters are not known to be right.
package enum VerificationFailure: Failure {
    case differs(Difference)
    /// A program that the kernel would not take, or that this machine cannot run.
    case fault(FilterInterpreter.Fault, FilterLayer)

    package var message: String {
        switch self {
        case .differs(let difference): difference.message
        case .fault(let fault, let layer):
            switch fault {
            case .ranOffTheEnd: "filter '\(layer.rawValue)': a path has no answer at its end"
            case .unknownCode(let code):
                "filter '\(layer.rawValue)': an instruction that is not understood"
                    + " (\(hexadecimal(code)))"
            case .loadOutOfBounds(let offset):
                "filter '\(layer.rawValue)': reads outside of the call's data (offset \(offset))"
            }
        }
    }

    package var hint: String? {
        switch self {
        case .differs(let difference): difference.hint
        case .fault: "report it"
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .differs, .fault: .software
        }
    }
}

/// The first call that is answered differently.
package struct Difference: Hashable, Sendable {
    package let layer: FilterLayer
    private let question: Question
    private let ours: UInt32
    /// libseccomp's answer; `nil` if it cannot state the call.
    private let theirs: UInt32?
    private let ruleset: UInt32

    init(layer: FilterLayer, question: Question, ours: UInt32, theirs: UInt32?, ruleset: UInt32) {
        self.layer = layer
        self.question = question
        self.ours = ours
        self.theirs = theirs
        self.ruleset = ruleset
    }

    package var message: String {
        let arguments = question.arguments.enumerated()
            .filter { $0.element != 0 }
            .map { "a\($0.offset)=\(hexadecimal($0.element))" }
        let reference =
            theirs.map { "libseccomp \(LibseccompFilter.version) \(name(of: $0)), " } ?? ""
        return "\(call)\(arguments.isEmpty ? "" : " with \(arguments.joined(separator: " "))"): "
            + "the launcher's filter '\(layer.rawValue)' answers \(name(of: ours)), "
            + "\(reference)the ruleset says \(name(of: ruleset))"
    }

    package var hint: String? {
        theirs != nil && ours == ruleset
            ? "the launcher's filter agrees with its ruleset: report it to us, and to libseccomp"
            : "do not rely on this VM's filter, and report it"
    }

    /// `socket (41)`, or a description of a call of another ABI.
    private var call: String {
        guard question.isNative else {
            let abi =
                switch question.architecture {
                case BoundarySamples.Architecture.x86_64: "x32"
                case BoundarySamples.Architecture.i386: "i386"
                default: "architecture \(hexadecimal(question.architecture))"
                }
            return "call number \(hexadecimal(question.number)) of \(abi)"
        }
        guard let call = Syscall(rawValue: question.number) else {
            return "call number \(Int32(bitPattern: question.number))"
        }
        return "\(call.name) (\(call.rawValue))"
    }

    private func name(of answer: UInt32) -> String {
        let known: [FilterAction] = [
            .allow, .log, .ask, .fail(.notImplemented), .fail(.notPermitted), .kill,
        ]
        return known.first { $0.returnValue == answer }?.summary ?? hexadecimal(answer)
    }
}
