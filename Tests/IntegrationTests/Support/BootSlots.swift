import Foundation

/// How many machines may boot at the same time: one a processor, and no more than two. An emulated
/// processor keeps a real one busy, and a boot that waits for its turn may run into its limit.
actor BootSlots {
    fileprivate static let shared = BootSlots(
        count: min(2, ProcessInfo.processInfo.activeProcessorCount)
    )

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private init(count: Int) {
        free = count
    }

    fileprivate func take() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    fileprivate func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// Runs `body` when it is its turn.
func booting(_ body: () async throws -> Void) async throws {
    await BootSlots.shared.take()
    do {
        try await body()
    } catch {
        await BootSlots.shared.giveBack()
        throw error
    }
    await BootSlots.shared.giveBack()
}
