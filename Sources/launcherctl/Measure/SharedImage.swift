import Host
import Planning
import Synchronization
import SystemPackage

/// An image that two threads read and digest, part for part.
///
/// The digest of a page depends on nothing but the page; only the chain of them is one after the
/// other. So one thread digests from the front and chains, the other digests from the back, until
/// they meet: neither ever waits for the other before that. (A thread that sleeps, on a lock as on
/// the kernel's memory, often wakes up on the processor of the other one, behind it.)
final class SharedImage: Sendable {
    private typealias Digester = PageDigester<CryptoHashes.SHA384>

    private let file: FileCopy
    private let claimed = Atomic(0)
    private let back = Mutex(Back.digests([]))

    /// What the second thread came to: the digests of each of its parts, the last one first.
    private enum Back: Sendable {
        case digests([[UInt8]])
        case failed(HostFileError)
    }

    /// Small: an image's code and its padding are far apart, and cost very different time.
    private static let partByteCount = 8 * Digester.pageByteCount

    /// - Parameter file: of whole pages, none of which has been read.
    init(_ file: consuming FileCopy) {
        self.file = file
    }

    /// Reads all of the image.
    ///
    /// - Parameter body: gets the digests of all pages, some at a time, in order.
    func digestPages(_ body: ([UInt8]) -> Void) throws(HostFileError) {
        var digester = Digester()
        var next = 0
        func digestOne() throws(HostFileError) -> Bool {
            guard claim() else { return false }
            body(try digests(of: next, with: &digester))
            next += 1
            return true
        }
        // What is set up when it is first used is set up by one thread, and not waited for by two.
        guard try digestOne() else { return try file.requireEnd() }
        let helper = helper()
        while try digestOne() {}
        if let helper { helper.join() }
        switch back.withLock(\.self) {
        case .digests(let parts): parts.reversed().forEach(body)
        case .failed(let error): throw error
        }
        try file.requireEnd()
    }

    /// The image, once its pages are digested.
    func withBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try file.withBytes(body)
    }

    /// A thread that digests from the back. Where the system has none to give, one does all.
    private func helper() -> JoinedThread? {
        do throws(Errno) {
            return try JoinedThread { [self] in
                let result = digestsFromBack()
                back.withLock { $0 = result }
            }
        } catch {
            return nil
        }
    }

    /// Whether there is a part that nobody has, which is the caller's then.
    private func claim() -> Bool {
        claimed.add(1, ordering: .relaxed).oldValue < partCount
    }

    private func digestsFromBack() -> Back {
        var digester = Digester()
        var parts: [[UInt8]] = []
        do throws(HostFileError) {
            while claim() {
                parts.append(try digests(of: partCount - 1 - parts.count, with: &digester))
            }
        } catch {
            return .failed(error)
        }
        return .digests(parts)
    }

    private var partCount: Int {
        (file.byteCount + Self.partByteCount - 1) / Self.partByteCount
    }

    /// Reads and digests one part.
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
