import Foundation
import Glibc
import Planning
import SystemPackage
import TestSupport
import Testing

/// What became of a start with `-S`: what the guest would find in flash, or how it ended.
enum FlashLook {
    /// The last bytes below 4 GiB, as they are before the first instruction, and after a reset.
    case started(flash: Data, afterReset: Data)
    /// No VM was there to look at.
    case ended(Outcome)

    /// The option that a look needs; the guest does not run, so any firmware will do.
    static func options(_ store: StagedHost) -> [ByteString] {
        [
            "-S", "-display", "none", "-nodefaults", "-m", "64",
            "-qmp", ByteString("unix:\(socket(store)),server=on,wait=off"),
        ]
    }

    private static func socket(_ store: StagedHost) -> String { "\(store.path)/qmp" }

    /// QEMU ended while it was looked at; with what had been seen.
    struct Lost: Error { let flash: Data? }

    /// Starts it, looks, and ends it.
    ///
    /// - Parameters:
    ///   - byteCount: how much of the flash, from its end.
    ///   - limit: how long a start may take.
    /// - Throws: ``Lost``.
    init(
        _ request: Child.Request,
        _ store: StagedHost,
        byteCount: Int,
        within limit: Duration = patience,
    ) async throws {
        let (output, errors) = (try Capture(), try Capture())
        var request = request
        request.descriptors = [
            0: nullDevice.fileDescriptor, 1: output.file.fileDescriptor,
            2: errors.file.fileDescriptor,
        ]
        _ = unsafe unlink(Self.socket(store))
        var child = try Child(request)
        if let monitor = try await Self.monitor(of: &child, store, within: limit) {
            self = try await Self.look(monitor, store, byteCount)
            kill(child.id, SIGKILL)
            _ = try await child.wait()
        } else {
            self = .ended(
                Outcome(
                    process: child.id,
                    end: try await child.wait(atMost: .seconds(1)),
                    output: try output.text(),
                    errors: try errors.text()
                )
            )
        }
    }

    private static func look(
        _ monitor: QMPClient,
        _ store: StagedHost,
        _ byteCount: Int,
    ) async throws -> FlashLook {
        var seen: Data?
        do {
            let flash = try await flash(monitor, store, byteCount)
            seen = flash
            try await monitor.execute("system_reset")
            try await monitor.wait(for: "RESET")
            return .started(
                flash: flash,
                afterReset: try await Self.flash(monitor, store, byteCount)
            )
        } catch is Errno {
            throw Lost(flash: seen)
        } catch is QMPClient.Refused {
            throw Lost(flash: seen)
        }
    }

    /// `nil` where the process has ended, or answers nobody.
    static func monitor(
        of child: inout Child,
        _ store: StagedHost,
        within limit: Duration = patience,
    ) async throws -> QMPClient? {
        var waiting = Waiting(limit)
        while !waiting.isOver {
            if try child.poll() != nil { return nil }
            do {
                return try await QMPClient(socket(store), waiting: limit)
            } catch is Errno {
                // Nobody listens there yet, or no longer.
                try await waiting.pause(.milliseconds(2))
            } catch is QMPClient.Refused {
                // It listens, and does nothing else.
                return nil
            }
        }
        return nil
    }

    private static func flash(
        _ monitor: QMPClient,
        _ store: StagedHost,
        _ byteCount: Int,
    ) async throws -> Data {
        let file = "\(store.path)/flash"
        let address = (1 << 32) - byteCount
        try await monitor.execute(
            "pmemsave",
            #"{"val":\#(address),"size":\#(byteCount),"filename":"\#(file)"}"#
        )
        let flash = try read(file)
        try remove(file)
        return flash
    }
}

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
