import Glibc
import Host
import Planning
import Synchronization

/// The parts of an image, whose pages are digested by whoever is free.
///
/// The digest of a page depends on nothing but the page; only the chain of them is one after the
/// other. So one thread chains, and digests where it would have to wait; others only digest.
final class PageQueue: Sendable {
    private struct State {
        var claimed = 0
        var chained = 0
        var parts: [PageDigests?]
    }

    /// Small: an image's code and its padding are far apart, and cost very different time.
    private static let pagesInPart = 8

    private let file: FileCopy
    private let pageCount: Int
    private let state: Mutex<State>

    init(of file: consuming FileCopy) {
        pageCount = file.byteCount / PageDigests.pageByteCount
        self.file = file
        let count = (pageCount + Self.pagesInPart - 1) / Self.pagesInPart
        state = Mutex(State(parts: [PageDigests?](repeating: nil, count: count)))
    }

    /// Digests one part that nobody has.
    ///
    /// - Returns: whether there was one.
    func digestOne() -> Bool {
        let claimed = state.withLock { state in
            defer { state.claimed += 1 }
            return state.claimed < state.parts.count ? state.claimed : nil
        }
        guard let claimed else { return false }
        let start = claimed * Self.pagesInPart
        let pages = start..<min(start + Self.pagesInPart, pageCount)
        let part = file.withBytes { bytes in
            PageDigests(of: bytes, pages: pages, using: CryptoHashes.SHA384.self)
        }
        state.withLock { $0.parts[claimed] = part }
        return true
    }

    /// The next part in order; `nil` after the last.
    func next() -> PageDigests? {
        while true {
            let (part, isAtEnd) = state.withLock { state -> (PageDigests?, Bool) in
                guard state.chained < state.parts.count else { return (nil, true) }
                guard let part = state.parts[state.chained].take() else { return (nil, false) }
                state.chained += 1
                return (part, false)
            }
            if part != nil || isAtEnd { return part }
            // Somebody is at it, and done in less time than it takes to sleep.
            if !digestOne() { sched_yield() }
        }
    }

    /// The launch digests, by this thread; whoever calls ``digestOne()`` meanwhile helps.
    func digests(of guest: MeasuredGuest) throws(MeasurementRefusal) -> [ExpectedDigest] {
        try file.withBytes { (bytes) throws(MeasurementRefusal) in
            try LaunchDigest<CryptoHashes>.expected(of: guest, firmware: bytes, parts: next)
        }
    }
}
