import Foundation
import Planning
import TestSupport
import Testing

/// What came of all combinations, for the lines that are printed at the end.
actor SweepTally {
    enum Result: String, CaseIterable, Sendable {
        case pinned = "pinned"
        case refused = "refused"
        case notStarted = "not started"
        case wrong = "WRONG"
    }

    private var counts: [SweepCombination.Kind: [Result: Int]] = [:]
    private(set) var starts = 0
    private(set) var wrong: [String] = []
    private var remaining: ArraySlice<SweepCombination>
    /// Devices that QEMU did not start as they are.
    private var idle: Set<String> = []
    /// A line for each result, for who wants to look: the file that LAUNCHER_SWEEP_TABLE names.
    private let table: FileHandle?

    init(_ combinations: [SweepCombination]) {
        remaining = combinations[...]
        let path = ProcessInfo.processInfo.environment["LAUNCHER_SWEEP_TABLE"]
        table = path.flatMap { FileHandle(forWritingAtPath: $0) }
        table?.seekToEndOfFile()
    }

    func next() -> SweepCombination? { remaining.popFirst() }

    /// Whether its device is known not to start; no number will change that.
    func isIdle(_ combination: SweepCombination) -> Bool { idle.contains(combination.subject) }

    func add(
        _ combination: SweepCombination,
        _ result: Result,
        starts: Int,
        _ line: String,
    ) {
        let kind = combination.kind
        if result == .notStarted {
            if kind == .device { idle.insert(combination.subject) }
            if !isIdle(combination) { remaining = combination.parts + remaining }
        }
        counts[kind, default: [:]][result, default: 0] += 1
        self.starts += starts
        if result == .wrong { wrong.append(line) }
        table?.write(Data("\(kind.rawValue)\t\(result.rawValue)\t\(line)\n".utf8))
    }

    func count(_ result: Result) -> Int { counts.values.map { $0[result] ?? 0 }.reduce(0, +) }

    var summary: [String] {
        SweepCombination.Kind.allCases.map { kind in
            let found = counts[kind] ?? [:]
            let cells = Result.allCases.map { "\(found[$0] ?? 0) \($0.rawValue)" }
            return "sweep: \(kind.rawValue): \(cells.joined(separator: ", "))"
        } + [
            "sweep: \(counts.values.flatMap(\.values).reduce(0, +)) combinations, \(starts) starts:"
                + " \(count(.pinned)) started with the pinned bytes, \(count(.refused)) refused by"
                + " the launcher, \(count(.notStarted)) not started by QEMU, \(count(.wrong)) wrong"
        ]
    }
}

/// Whatever a QEMU has, it does not lie over the verified image: each device, each global and each
/// property of a machine is tried, and the guest's flash looked at. `./Scripts/stress sweep` runs it, for
/// LAUNCHER_SWEEP=full, or a sample of it for so many seconds.
@Suite(
    .enabled(if: Sweep.extent != nil, "./Scripts/stress sweep runs it"),
    .needsProducts,
    .needsFirmware,
    .needsQEMU
)
struct SweepTests {
    @Test func `the guest's flash holds the pinned image with every device of QEMU`()
        async throws
    {
        let store = try StagedHost()
        var combinations = try await SweptQEMU(store).combinations
        #expect(combinations.count > 3000)
        var deadline: ContinuousClock.Instant?
        if case .sample(let seconds) = Sweep.extent {
            var generator = SplitMix(seed: Sweep.seed)
            combinations.shuffle(using: &generator)
            deadline = .now + .seconds(seconds)
            print("sweep: a sample of \(combinations.count); LAUNCHER_SWEEP_SEED=\(Sweep.seed)")
        }
        let tally = SweepTally(combinations)
        try await withThrowingTaskGroup(of: Void.self) { [deadline] group in
            for _ in 0..<2 {
                group.addTask { try await SweepWorker(tally).work(until: deadline) }
            }
            try await group.waitForAll()
        }
        for line in await tally.summary { print(line) }
        for line in await tally.wrong { print("sweep: WRONG: \(line)") }
        #expect(await tally.count(.pinned) > 0)
        #expect(await tally.wrong.isEmpty)
    }
}

private enum Sweep {
    case full
    case sample(seconds: Int)

    static let extent: Sweep? = {
        let word = ProcessInfo.processInfo.environment["LAUNCHER_SWEEP"] ?? ""
        return word == "full" ? .full : Int(word).map { .sample(seconds: $0) }
    }()

    static let seed: UInt64 =
        ProcessInfo.processInfo.environment["LAUNCHER_SWEEP_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: 0...UInt64(UInt32.max))
}
