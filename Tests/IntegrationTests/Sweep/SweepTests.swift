import FilterMachine
import Foundation
import Planning
import Testing

/// Whatever a QEMU has, it does not lie over the verified image: each device, each global and each
/// property of a machine is tried, and the guest's flash looked at. `./Scripts/sweep` runs it, for
/// LAUNCHER_SWEEP=full, or a sample of it for so many seconds.
@Suite(
    .enabled(if: Sweep.extent != nil, "./Scripts/sweep runs it"),
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
