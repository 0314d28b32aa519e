import Foundation
import Planning

/// Tries one combination after the other, each with a launcher and a QEMU of its own.
struct SweepWorker {
    private let store: StagedHost
    private let pinned: Data
    private let tally: SweepTally

    init(_ tally: SweepTally) throws {
        self.tally = tally
        store = try StagedHost()
        try store.configure(qemu: Machine.qemu)
        try AttackFiles.write([:], in: store)
        pinned = try read(store.image)
    }

    func work(until deadline: ContinuousClock.Instant?) async throws {
        while deadline.map({ ContinuousClock.now < $0 }) ?? true,
            let combination = await tally.next()
        {
            try await sweep(combination)
        }
    }

    private func sweep(_ combination: SweepCombination) async throws {
        var (starts, words) = (1, combination.words())
        var result: SweepTally.Result
        if case .largest(let bits) = combination.value {
            let largest = bits == 64 ? UInt64.max : (1 << bits) - 1
            words = combination.words(largest)
            result = try await start(words)
            // Powers of two between the largest that was taken and the smallest that was not.
            var (taken, refused) = (-1, await tally.isIdle(combination) ? 0 : bits)
            while result == .notStarted, refused - taken > 1 {
                let power = (taken + refused) / 2
                let candidate = combination.words(1 << power)
                starts += 1
                switch try await start(candidate) {
                case .notStarted: refused = power
                case .pinned: (taken, words) = (power, candidate)
                case let other: (result, words) = (other, candidate)
                }
            }
            if result == .notStarted, taken >= 0 { result = .pinned }
        } else {
            result = try await start(words)
        }
        let line = words.map(\.escaped).joined(separator: " ")
        await tally.add(combination, result, starts: starts, line)
    }

    private func start(_ words: [ByteString]) async throws -> SweepTally.Result {
        let request = store.launcher(
            StagedHost.firmware + FlashLook.options(store) + Machine.qemuOptions
                + words.map { AttackFiles.expanded($0, store) },
            calledAs: Machine.qemuName
        )
        do {
            let look = try await FlashLook(
                request,
                store,
                byteCount: pinned.count,
                within: .seconds(10)
            )
            switch look {
            case .started(let flash, let afterReset):
                return flash == pinned && afterReset == pinned ? .pinned : .wrong
            case .ended(let outcome):
                return classify(outcome)
            }
        } catch let lost as FlashLook.Lost {
            // It ended while it was looked at; by then it had these bytes.
            return lost.flash.map { $0 == pinned ? .notStarted : .wrong } ?? .notStarted
        }
    }

    private func classify(_ outcome: Outcome) -> SweepTally.Result {
        guard outcome.errors.contains("qemu-launcher: error: ") else {
            // QEMU's own help, message or crash: no VM is there. A launcher says why it ends.
            return outcome.errors.contains("Fatal error: ") ? .wrong : .notStarted
        }
        let refusals = [64, 65, 66, 77, 78].map(Child.End.status)
        return refusals.contains(outcome.end) ? .refused : .wrong
    }
}
