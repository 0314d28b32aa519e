import Crypto
import Foundation
import Planning
import TestSupport
import Testing

/// One launch that must not happen: what is wrong, and everything that is said about it.
struct RefusedLaunch: CustomTestStringConvertible, Sendable {
    let name: String
    let status: Int32
    /// What follows `error:`. In it and in the hint, `$image` and the like stand for the store's
    /// own paths; see ``text(_:_:)``.
    let message: String
    let hint: String?
    let needsRoot: Bool
    /// What follows `-launcher-config`; by default a launch by hand that asks for the image.
    let arguments: [ByteString]
    let spoil: @Sendable (StagedHost) throws -> Void

    var testDescription: String { name }

    static let byHand: [ByteString] = ["-name", "t"] + StagedHost.firmware

    /// As Proxmox starts VM 100 in UEFI mode.
    static let fromProxmox: [ByteString] = [
        "-id", "100", "-name", "t", "-smbios", "type=1,uuid=7b10d7af-b932-4c66-b2c3-3996152ec465",
        "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/OVMF_CODE.fd",
    ]

    init(
        _ name: String,
        status: Int32,
        needsRoot: Bool = false,
        arguments: [ByteString] = byHand,
        message: String,
        hint: String? = nil,
        spoil: @escaping @Sendable (StagedHost) throws -> Void = { _ in },
    ) {
        self.name = name
        self.status = status
        self.needsRoot = needsRoot
        self.arguments = arguments
        self.message = message
        self.hint = hint
        self.spoil = spoil
    }

    /// Everything that standard error shows.
    func complaints(of program: String, _ store: StagedHost) throws -> [String] {
        try ["\(program): error: " + text(message, store)]
            + (hint.map { ["\(program): hint: " + (try text($0, store))] } ?? [])
    }

    /// The command line, with the store's own paths in it.
    func arguments(_ store: StagedHost) throws -> [ByteString] {
        try arguments.map { word in try word.text.map { ByteString(try text($0, store)) } ?? word }
    }

    private func text(_ text: String, _ store: StagedHost) throws -> String {
        let words: [(name: String, value: () throws -> String)] = [
            ("$images", { store.images }),
            ("$image", { store.image }),
            ("$root", { store.root }),
            ("$conf", { store.configuration }),
            ("$store", { store.path }),
            ("$volume", { StagedHost.volume }),
            // Of the good image, and of what is in its place.
            ("$pinned", { try store.digest(Machine.codeImage) }),
            ("$found", { try store.digest() }),
            ("$found384", { try hexadecimal(SHA384.hash(data: read(store.image))) }),
            ("$found512", { try hexadecimal(SHA512.hash(data: read(store.image))) }),
            ("$pin-line", { String(try store.line(of: "sha")) }),
            ("$vm-line", { String(try store.line(of: "vm:")) }),
        ]
        return try words.sorted { $0.name.count > $1.name.count }.reduce(text) { text, word in
            text.contains(word.name) ? text.replacing(word.name, with: try word.value()) : text
        }
    }
}

/// Every launch that must not happen, told in one line with its status and, where we know what
/// helps, a second; and nothing happens.
@Suite(.launching, .needsProducts, .needsFirmware)
struct RefusalTests {
    private static let all =
        RefusedLaunch.images + RefusedLaunch.volumes + RefusedLaunch.configurations
        + RefusedLaunch.commandLines

    @Test(arguments: all.filter { !$0.needsRoot })
    func `a launch that must not happen is refused, and plan says the same`(
        refusal: RefusedLaunch
    ) async throws {
        try await expectRefusal(refusal)
    }

    @Test(.needsRoot, arguments: all.filter(\.needsRoot))
    func `so is one that only root can arrange`(refusal: RefusedLaunch) async throws {
        try await expectRefusal(refusal)
    }

    private func expectRefusal(_ refusal: RefusedLaunch) async throws {
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
        let outcome = try await run(store.launcher(RefusedLaunch.byHand))
        #expect(outcome.end == .status(77))
        #expect(
            outcome.complaints == [
                "qemu-launcher: error: vm 't': firmware image '\(StagedHost.volume)':"
                    + " '\(store.image)' is open for writing in another program",
                "qemu-launcher: hint: wait for the upload to end; fuser -v '\(store.image)' shows"
                    + " who has it open",
            ]
        )
        #expect(try store.report() == nil)

        try writer.close()
        #expect(try await run(store.launcher(RefusedLaunch.byHand)).end == .status(0))
        #expect(try store.report() != nil)
    }

    @Test func `a working directory that others may write to is refused`() async throws {
        let store = try StagedHost()
        var request = store.launcher(RefusedLaunch.byHand)
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
