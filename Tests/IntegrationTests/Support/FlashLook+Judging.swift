import Foundation
import Planning
import Testing

extension FlashLook {
    /// The VM is there, and has these bytes and no others where it starts.
    func expectStarted(_ pinned: Data, sourceLocation: SourceLocation = #_sourceLocation) {
        guard case .started(let flash, let afterReset) = self else {
            Issue.record("not started: \(self)", sourceLocation: sourceLocation)
            return
        }
        // Of images of some megabytes only whether they are the same.
        #expect((flash == pinned) == true, "other bytes", sourceLocation: sourceLocation)
        #expect((afterReset == pinned) == true, "after a reset", sourceLocation: sourceLocation)
    }

    /// The launcher says no, in words that lead to the argument, and no VM is there.
    func expectRefused(
        _ status: Int32,
        _ start: String = "",
        quoting quotes: [String],
        sourceLocation: SourceLocation = #_sourceLocation,
    ) {
        guard case .ended(let outcome) = self else {
            Issue.record("a VM was started", sourceLocation: sourceLocation)
            return
        }
        #expect(outcome.end == .status(status), "\(outcome)", sourceLocation: sourceLocation)
        let message = outcome.complaints.first { $0.hasPrefix("qemu-launcher: error: ") } ?? ""
        #expect(
            message.hasPrefix("qemu-launcher: error: \(start)"),
            "\(outcome)",
            sourceLocation: sourceLocation
        )
        #expect(
            quotes.contains { message.contains($0) },
            "\(outcome)",
            sourceLocation: sourceLocation
        )
    }

    /// The launcher says no, and no VM is there.
    func expectRefused(
        by statuses: [Int32],
        sourceLocation: SourceLocation = #_sourceLocation,
    ) {
        guard case .ended(let outcome) = self else {
            Issue.record("a VM was started", sourceLocation: sourceLocation)
            return
        }
        #expect(
            statuses.map(Child.End.status).contains(outcome.end),
            "\(outcome)",
            sourceLocation: sourceLocation
        )
        #expect(
            outcome.complaints.contains { $0.hasPrefix("qemu-launcher: error: ") },
            "\(outcome)",
            sourceLocation: sourceLocation
        )
    }

    /// One or the other, or QEMU itself did not like it. Help that is printed and a success that
    /// starts nothing are neither: the caller asked for a VM.
    func expectSafe(_ pinned: Data, sourceLocation: SourceLocation = #_sourceLocation) {
        switch self {
        case .started: expectStarted(pinned, sourceLocation: sourceLocation)
        case .ended(let outcome):
            let refusals = [1, 64, 65, 66, 77, 78].map(Child.End.status)
            #expect(refusals.contains(outcome.end), "\(outcome)", sourceLocation: sourceLocation)
        }
    }
}
