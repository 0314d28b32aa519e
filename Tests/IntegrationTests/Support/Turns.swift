import Foundation
import Testing

/// How many cases of the suites that share it run at the same time. Left alone, all would start at
/// once, hundreds of processes on a few processors, and each would be late.
actor Turns {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) {
        free = count
    }

    func take() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// Lets a test case run when it is its turn.
struct TakingTurns: SuiteTrait, TestTrait, TestScoping {
    fileprivate let turns: Turns

    var isRecursive: Bool { true }

    /// Cases take turns; a suite that did would wait for its own.
    func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
        testCase == nil ? nil : self
    }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void,
    ) async throws {
        await turns.take()
        do {
            try await function()
        } catch {
            await turns.giveBack()
            throw error
        }
        await turns.giveBack()
    }
}

extension Trait where Self == TakingTurns {
    /// A launcher or a QEMU that ends at once.
    static var launching: Self { TakingTurns(turns: launches) }

    /// A QEMU with real firmware: an emulated processor keeps a real one busy.
    static var booting: Self { TakingTurns(turns: boots) }
}

private let launches = Turns(4)
private let boots = Turns(min(2, ProcessInfo.processInfo.activeProcessorCount))
