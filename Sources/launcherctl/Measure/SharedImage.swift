import Glibc
import Host
import Planning
import Synchronization
import SystemPackage

/// An image whose pages two threads digest, part for part.
///
/// The digest of a page depends on nothing but the page; only the chain of them is one after the
/// other, and takes nearly as long. So one thread chains, and digests where there is nothing to
/// chain; the other only digests.
final class SharedImage: Sendable {
    private let file: HeldFile
    private let parts: [Part]
    /// How many parts somebody has begun, the first ones first.
    private let begun = Atomic(0)

    /// Some pages. No lock guards them: both threads come by every few microseconds, and one that
    /// sleeps on a lock sleeps for much longer.
    private final class Part: Sendable {
        /// Not there until they are computed.
        let digests = AtomicLazyReference<Digests>()
    }

    private final class Digests: Sendable {
        let bytes: [UInt8]

        init(_ bytes: [UInt8]) { self.bytes = bytes }
    }

    /// Small: an image's code and its padding are far apart, and cost very different time.
    private static let pagesOfPart = 8

    init(_ file: consuming HeldFile) {
        let pages = file.byteCount / PageDigester.pageByteCount
        parts = (0..<(pages + Self.pagesOfPart - 1) / Self.pagesOfPart).map { _ in Part() }
        self.file = file
    }

    /// A thread that digests until all is. Where the system has none to give, ``digestPages(_:)``
    /// does everything.
    func helper() -> JoinedThread? {
        // What is set up when it is first used is set up by one thread, and not waited for by two.
        _ = CryptoHashes.SHA384.hash([UInt8]().span)
        do throws(Errno) {
            return try JoinedThread { [self] in
                var digester = PageDigester()
                while digestOne(with: &digester) {}
            }
        } catch {
            return nil
        }
    }

    /// - Parameter body: gets the digests of all whole pages, some at a time, in order.
    func digestPages(_ body: ([UInt8]) -> Void) {
        var digester = PageDigester()
        var next = 0
        while next < parts.count {
            if let digests = parts[next].digests.load() {
                body(digests.bytes)
                next += 1
            } else if !digestOne(with: &digester) {
                // The helper is at the last ones, and done before this thread could sleep.
                sched_yield()
            }
        }
    }

    func withBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try file.withBytes(body)
    }

    /// Digests one part that nobody has begun.
    ///
    /// - Returns: whether there was one.
    private func digestOne(with digester: inout PageDigester) -> Bool {
        let part = begun.add(1, ordering: .relaxed).oldValue
        guard part < parts.count else { return false }
        let start = part * Self.pagesOfPart
        let end = min(start + Self.pagesOfPart, file.byteCount / PageDigester.pageByteCount)
        let digests = file.withBytes {
            digester.digests(of: start..<end, in: $0, using: CryptoHashes.SHA384.self)
        }
        _ = parts[part].digests.storeIfNil(Digests(digests))
        return true
    }
}
