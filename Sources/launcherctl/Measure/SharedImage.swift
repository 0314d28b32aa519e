import Glibc
import Host
import Planning
import Synchronization
import SystemPackage

/// An image that two threads read and digest, part for part.
///
/// The digest of a page depends on nothing but the page; only the chain of them is one after the
/// other, and takes nearly as long. So one thread chains, and digests where there is nothing to
/// chain; the other only digests.
final class SharedImage: Sendable {
    private typealias Digester = PageDigester<CryptoHashes.SHA384>

    private let file: HeldFile
    private let parts: [Part]
    /// How many parts somebody has begun, the first ones first.
    private let begun = Atomic(0)

    /// Some pages. No lock guards them: both threads come by every few microseconds, and one that
    /// sleeps on a lock sleeps for much longer.
    private final class Part: Sendable {
        /// Not there until it is done.
        let outcome = AtomicLazyReference<Outcome>()
    }

    /// Not a `Result`, for whose error type the runtime would search all conformances.
    private final class Outcome: Sendable {
        private let digests: [UInt8]
        private let failure: HostFileError?

        init(_ body: () throws(HostFileError) -> [UInt8]) {
            do throws(HostFileError) {
                digests = try body()
                failure = nil
            } catch {
                digests = []
                failure = error
            }
        }

        func get() throws(HostFileError) -> [UInt8] {
            if let failure { throw failure }
            return digests
        }
    }

    /// Small: an image's code and its padding are far apart, and cost very different time.
    private static let partByteCount = 8 * Digester.pageByteCount

    /// - Parameter file: of whole pages, none of which has been read.
    init(_ file: consuming HeldFile) {
        let count = (file.byteCount + Self.partByteCount - 1) / Self.partByteCount
        parts = (0..<count).map { _ in Part() }
        self.file = file
    }

    /// Reads all of the image.
    ///
    /// - Parameter body: gets the digests of all pages, some at a time, in order.
    func digestPages(_ body: ([UInt8]) -> Void) throws(HostFileError) {
        var digester = Digester()
        // What is set up when it is first used is set up by one thread, and not waited for by two.
        digestOne(with: &digester)
        let helper = helper()
        var next = 0
        while next < parts.count {
            if let outcome = parts[next].outcome.load() {
                body(try outcome.get())
                next += 1
            } else if !digestOne(with: &digester) {
                // The helper is at the last ones, and done before this thread could sleep.
                sched_yield()
            }
        }
        if let helper { helper.join() }
        try file.requireEnd()
    }

    /// The image, once its pages are digested.
    func withBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try file.withBytes(body)
    }

    /// A thread that digests until all is. Where the system has none to give, one does everything.
    private func helper() -> JoinedThread? {
        do throws(Errno) {
            return try JoinedThread { [self] in
                var digester = Digester()
                while digestOne(with: &digester) {}
            }
        } catch {
            return nil
        }
    }

    /// Reads and digests one part that nobody has begun.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    private func digestOne(with digester: inout Digester) -> Bool {
        let part = begun.add(1, ordering: .relaxed).oldValue
        guard part < parts.count else { return false }
        let outcome = Outcome { () throws(HostFileError) in
            try digests(of: part, with: &digester)
        }
        _ = parts[part].outcome.storeIfNil(outcome)
        return true
    }

    private func digests(
        of part: Int,
        with digester: inout Digester,
    ) throws(HostFileError) -> [UInt8] {
        let start = part * Self.partByteCount
        let end = min(start + Self.partByteCount, file.byteCount)
        try file.read(start..<end)
        let pages = start / Digester.pageByteCount..<end / Digester.pageByteCount
        return file.withBytes { digester.digests(of: pages, in: $0) }
    }
}
