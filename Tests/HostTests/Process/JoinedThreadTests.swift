import CLinux
import Glibc
import Synchronization
import Testing

@testable import Host

struct JoinedThreadTests {
    @Test func `whoever joins sees what the thread did`() throws {
        let sum = Atomic(0)
        let thread = try JoinedThread { sum.add(42, ordering: .relaxed) }
        thread.join()
        let found = sum.load(ordering: .relaxed)
        #expect(found == 42)
    }

    @Test func `a thread that nobody joins is waited for all the same`() throws {
        let hasEnded = Atomic(false)
        do {
            let thread = try JoinedThread {
                usleep(20_000)
                hasEnded.store(true, ordering: .relaxed)
            }
            _ = consume thread
        }
        let isOver = hasEnded.load(ordering: .relaxed)
        #expect(isOver)
    }

    @Test func `a thread runs only where its creator may`() throws {
        let mask = try #require(affinity())
        let others = Mutex<[UInt64]?>(nil)
        try JoinedThread { others.withLock { $0 = affinity() } }.join()
        let found = others.withLock { $0 }
        let thread = try #require(found)
        #expect(thread.contains { $0 != 0 })
        #expect(zip(thread, mask).allSatisfy { $0 & ~$1 == 0 })
        #expect(affinity() == mask)
    }
}

/// Where the calling thread may run.
private func affinity() -> [UInt64]? {
    var mask = [UInt64](repeating: 0, count: 16)
    return unsafe linux_get_affinity(&mask, mask.count * 8) >= 0 ? mask : nil
}
