import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// `launcherctl firmware adopt`: what Proxmox uploaded becomes what a VM may start from.
@Suite(.launching, .needsProducts, .needsFirmware)
struct AdoptTests {
    private static let volume = "test:import/b.raw"

    /// A host whose storage got an upload, writable for its owner.
    private func uploaded() throws -> (store: StagedHost, file: String) {
        let store = try StagedHost()
        let folder = "\(store.root)/import"
        try makeDirectory(folder)
        let file = "\(folder)/b.raw"
        try write(read(store.image), to: file, mode: 0o644)
        return (store, file)
    }

    private func adopt(_ store: StagedHost, _ words: ByteString...) async throws -> Outcome {
        try await run(
            Child.Request(
                program: Products.launcherctl,
                arguments: ["launcherctl", "firmware", "adopt"] + words + [
                    "--config", ByteString(store.configuration),
                ],
            )
        )
    }

    private func launch(_ store: StagedHost) async throws -> Outcome {
        try await run(store.launcher(["-efi-firmware", ByteString(Self.volume)]))
    }

    private func mode(_ file: String) throws -> mode_t {
        var status = stat()
        try check(unsafe lstat(file, &status))
        return status.st_mode & 0o7777
    }

    @Test func `an upload starts a VM once it is adopted and pinned, and not before`() async throws
    {
        let (store, file) = try uploaded()
        try store.configure(sections: "firmware: \(Self.volume)\n\tsha256 \(store.digest())\n")
        #expect(try await launch(store).end == .status(77))
        let adopted = try await adopt(store, ByteString(Self.volume))
        #expect(adopted.end == .status(0), "\(adopted.errors)")
        #expect(adopted.output.hasPrefix("adopted \(Self.volume)\n"))
        #expect(try mode(file) == 0o444)
        let started = try await launch(store)
        #expect(started.end == .status(0), "\(started.errors)")
    }

    @Test func `the pin is shown, or written`() async throws {
        let (store, _) = try uploaded()
        let shown = try await adopt(store, ByteString(Self.volume))
        let section =
            "firmware: \(Self.volume)\n\tsha256 \(try store.digest())\n\tbuild no-smm\n"
        #expect(shown.output.hasSuffix(section))
        #expect(try await launch(store).end == .status(78))
        let volume = ByteString(Self.volume)
        let written = try await adopt(store, "--pin", "--comment", "of May", volume)
        #expect(written.end == .status(0), "\(written.errors)")
        let text = String(decoding: try read(store.configuration), as: UTF8.self)
        #expect(text.contains("\(section)\tcomment of May\n"))
        #expect(try await launch(store).end == .status(0))
    }

    @Test func `of all that are pinned, those with the right checksum are adopted`() async throws {
        let (store, file) = try uploaded()
        let other = "\(store.root)/import/c.raw"
        try write(read(store.image), to: other, mode: 0o644)
        let zeros = String(repeating: "0", count: 64)
        let wrong = "firmware: test:import/c.raw\n\tsha256 \(zeros)\n\n"
        let missing = "firmware: test:import/d.raw\n\tsha256 \(zeros)\n\n"
        let right = "firmware: \(Self.volume)\n\tsha256 \(try store.digest())\n"
        try store.configure(sections: wrong + missing + right)
        let before = try read(store.configuration)
        let outcome = try await adopt(store, "--pinned")
        #expect(outcome.end == .status(65))
        #expect(outcome.output == "adopted \(Self.volume)\n")
        #expect(outcome.errors.contains("'test:import/c.raw': checksum differs"))
        #expect(!outcome.errors.contains("d.raw"))
        #expect(try mode(file) == 0o444)
        #expect(try mode(other) == 0o644)
        #expect(try read(store.configuration) == before)
        try store.configure(sections: missing + right)
        let again = try await adopt(store, "--pinned")
        #expect(again.end == .status(0), "\(again.errors)")
        #expect(again.output.isEmpty)
    }

    @Test func `an upload that nobody pinned is not touched by --pinned`() async throws {
        let (store, file) = try uploaded()
        #expect(try await adopt(store, "--pinned").end == .status(0))
        #expect(try mode(file) == 0o644)
    }

    @Test(arguments: [[], ["--pinned", "test:import/b.raw"], ["--pinned", "--pin"]])
    func `it is one image or all that are pinned`(words: [String]) async throws {
        let (store, file) = try uploaded()
        let outcome = try await run(
            Child.Request(
                program: Products.launcherctl,
                arguments: ["launcherctl", "firmware", "adopt"] + words.map { ByteString($0) },
            )
        )
        #expect(outcome.end == .status(64))
        #expect(try mode(file) == 0o644)
        withExtendedLifetime(store) {}
    }
}
