import Dispatch
import Host
import Planning
import Synchronization

/// An image that is measured.
struct ImageBytes {
    private let bytes: [UInt8]

    init(_ name: String, configuration: String?) throws(MeasurementGap) {
        do throws(LaunchFailure) {
            bytes = try ImageArgument(name, configuration: configuration).read()
        } catch {
            throw .fileUnreadable(error.message)
        }
    }

    func digests(of guest: MeasuredGuest) throws(MeasurementGap) -> [ExpectedDigest] {
        do throws(MeasurementRefusal) {
            return try LaunchDigest<CryptoHashes>.expected(
                of: guest,
                firmware: bytes.span,
                pages: guest.kind == .sevSNP ? pages : nil,
            )
        } catch {
            throw .refused(error)
        }
    }

    /// Each half by a thread of its own: the pages' digests are most of the work, and do not depend
    /// on one another.
    private var pages: PageDigests<CryptoHashes.SHA384> {
        let middle = bytes.count / 8192 * 4096
        let ranges = [0..<middle, middle..<bytes.count]
        let parts = Mutex<[Int: PageDigests<CryptoHashes.SHA384>]>([:])
        DispatchQueue.concurrentPerform(iterations: ranges.count) { index in
            let part = PageDigests<CryptoHashes.SHA384>(of: bytes.span.extracting(ranges[index]))
            parts.withLock { $0[index] = part }
        }
        return parts.withLock { parts in
            PageDigests(joining: ranges.indices.compactMap { parts[$0] })
        }
    }
}
