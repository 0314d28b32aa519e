import Dispatch
import Host
import Planning
import Synchronization

/// An image that is measured.
struct ImageBytes {
    private let pages: PageQueue

    init(_ name: String, configuration: String?) throws(MeasurementGap) {
        do throws(LaunchFailure) {
            pages = PageQueue(of: try ImageArgument(name, configuration: configuration).copy())
        } catch {
            throw .fileUnreadable(error.message)
        }
    }

    func digests(of guest: MeasuredGuest) throws(MeasurementGap) -> [ExpectedDigest] {
        let outcome = Mutex(Outcome.digests([]))
        // One thread for the chain of SEV-SNP, and one that helps it; other guests have one hash.
        DispatchQueue.concurrentPerform(iterations: guest.kind == .sevSNP ? 2 : 1) { thread in
            if thread == 0 {
                let found = Outcome { () throws(MeasurementRefusal) in try pages.digests(of: guest)
                }
                outcome.withLock { $0 = found }
            } else {
                while pages.digestOne() {}
            }
        }
        switch outcome.withLock(\.self) {
        case .digests(let digests): return digests
        case .refused(let refusal): throw .refused(refusal)
        }
    }

    /// What comes back from a thread.
    private enum Outcome {
        case digests([ExpectedDigest])
        case refused(MeasurementRefusal)

        init(_ body: () throws(MeasurementRefusal) -> [ExpectedDigest]) {
            do throws(MeasurementRefusal) {
                self = .digests(try body())
            } catch {
                self = .refused(error)
            }
        }
    }
}
