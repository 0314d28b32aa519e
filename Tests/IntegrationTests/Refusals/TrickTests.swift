import Foundation
import Planning
import Testing

/// Each trick does work on QEMU alone, or its test would prove nothing; and none does here.
@Suite(.launching, .needsProducts, .needsFirmware)
struct TrickTests {
    @Test(.needsQEMU, arguments: Trick.all)
    func `QEMU alone starts the other firmware`(trick: Trick) async throws {
        let store = try prepared(for: trick)
        let machine: [ByteString] = [
            Machine.qemuName, "-machine", "q35", "-m", "16", "-nodefaults", "-display", "none",
            "-net", "none", "-no-user-config", "-device", TinyFirmware.device,
        ]
        let request = Child.Request(
            program: Machine.qemu,
            arguments: machine + trick.arguments.map { text($0, store) },
        )
        let outcome = try await run(request)
        #expect(outcome.end == .status(TinyFirmware.other.status), "\(outcome.errors)")
    }

    @Test(arguments: Trick.all)
    func `the launcher lets no other firmware in`(trick: Trick) async throws {
        let store = try prepared(for: trick)
        let arguments = StagedHost.firmware + trick.arguments.map { text($0, store) }
        let outcome = try await run(store.launcher(arguments))
        let report = try store.report()
        switch trick.answer {
        case .refused(let message):
            #expect(outcome.end == .status(64))
            let start = text(ByteString("qemu-launcher: error: \(message)"), store).escaped
            #expect(outcome.complaints.first?.hasPrefix(start) == true, "\(outcome.errors)")
            #expect(report == nil)
        case .replaced:
            #expect(outcome.end == .status(0), "\(outcome.errors)")
            let words = try #require(report).arguments.map(\.escaped)
            #expect(!words.contains { $0.contains(store.path) })
            #expect(words.filter { $0.contains("/proc/self/fd/") }.count == 1)
            #expect(try store.imageOfReport() == read(store.image))
        }
    }

    @Test(.needsQEMU, .needsRoot)
    func `firmware in the working directory of QEMU alone is started, by the launcher it is not`()
        async throws
    {
        let store = try StagedHost()
        let directory = "\(store.path)/work"
        try makeDirectory(directory, mode: 0o777)
        try write(TinyFirmware.other.image, to: "\(directory)/bios-256k.bin")
        var request = Child.Request(
            program: Machine.qemu,
            arguments: [
                Machine.qemuName, "-nodefaults", "-display", "none", "-device", TinyFirmware.device,
            ],
            directory: directory
        )
        #expect(try await run(request).end == .status(TinyFirmware.other.status))

        request = store.launcher(StagedHost.firmware)
        request.directory = directory
        #expect(try await run(request).end == .status(64))
        #expect(try store.report() == nil)
    }

    private func prepared(for trick: Trick) throws -> StagedHost {
        let store = try StagedHost()
        // Some tricks attach it writable.
        try write(TinyFirmware.honest.image, to: "\(store.path)/honest", mode: 0o644)
        try write(TinyFirmware.other.image, to: "\(store.path)/other", mode: 0o644)
        try write(TinyFirmware.other.resetVector, to: "\(store.path)/vector")
        let settings = text(ByteString(trick.settings), store)
        try write(Data(settings.bytes), to: "\(store.path)/settings")
        return store
    }

    private func text(_ text: ByteString, _ store: StagedHost) -> ByteString {
        var result = String(decoding: text.bytes, as: UTF8.self)
        for name in ["honest", "other", "vector", "settings"] {
            result.replace("$\(name)", with: "\(store.path)/\(name)")
        }
        return ByteString(result)
    }
}
