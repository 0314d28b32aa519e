import Foundation
import Planning
import Testing

/// Every launch that must not happen, told in one line with its status and, where we know what
/// helps, a second; and nothing happens.
@Suite(.launching, .needsProducts, .needsFirmware)
struct RefusalTests {
    private static let all =
        Refusal.images + Refusal.volumes + Refusal.configurations + Refusal.commandLines

    @Test(arguments: all.filter { !$0.needsRoot })
    func `a launch that must not happen is refused, and plan says the same`(
        refusal: Refusal
    ) async throws {
        try await expectRefusal(refusal)
    }

    @Test(.needsRoot, arguments: all.filter(\.needsRoot))
    func `so is one that only root can arrange`(refusal: Refusal) async throws {
        try await expectRefusal(refusal)
    }

    private func expectRefusal(_ refusal: Refusal) async throws {
        let store = try StagedHost()
        try refusal.spoil(store)
        let before = try store.listing()

        let arguments = try refusal.arguments(store)
        let outcome = try await run(store.launcher(arguments))
        #expect(outcome.end == .status(refusal.status))
        let expected = try refusal.complaints(of: "qemu-launcher", store)
        #expect(outcome.complaints == expected)
        #expect(outcome.output.isEmpty)

        let planned = try await run(store.plan(arguments))
        #expect(planned.end == .status(refusal.status))
        let expectedOfPlan = try refusal.complaints(of: "launcherctl", store)
        #expect(planned.complaints == expectedOfPlan)
        #expect(planned.output.isEmpty)

        #expect(try store.report() == nil)
        #expect(try store.listing() == before)
        #expect(try Processes.mentioning(store.path).isEmpty)
    }

    @Test func `an image that somebody has open for writing is refused`() async throws {
        let store = try StagedHost()
        try change(store.image, mode: 0o644)
        let writer = try FileHandle(forWritingTo: URL(filePath: store.image))
        try change(store.image, mode: 0o444)
        let outcome = try await run(store.launcher(Refusal.byHand))
        #expect(outcome.end == .status(77))
        #expect(
            outcome.complaints == [
                "qemu-launcher: error: vm 't': firmware volume '\(StagedHost.volume)':"
                    + " '\(store.image)' is open for writing in another program",
                "qemu-launcher: hint: wait for the upload to end; fuser -v '\(store.image)' shows"
                    + " who has it open",
            ]
        )
        #expect(try store.report() == nil)

        try writer.close()
        #expect(try await run(store.launcher(Refusal.byHand)).end == .status(0))
        #expect(try store.report() != nil)
    }

    @Test func `a working directory that others may write to is refused`() async throws {
        let store = try StagedHost()
        var request = store.launcher(Refusal.byHand)
        request.directory = "/tmp"
        let outcome = try await run(request)
        guard Machine.isRoot else {
            #expect(outcome.end == .status(0))
            return
        }
        #expect(outcome.end == .status(64))
        #expect(
            outcome.complaints == [
                "qemu-launcher: error: vm 't': others may write to the working directory, and QEMU"
                    + " looks there for option ROMs",
                "qemu-launcher: hint: start QEMU in '/' or another directory that only root may"
                    + " write to",
            ]
        )
        #expect(try store.report() == nil)
    }
}
