import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// Nobody reads what the launcher says: that is no reason not to start, and none to end otherwise.
@Suite(.launching, .needsProducts, .needsFirmware)
struct StandardErrorTests {
    /// What becomes of standard error.
    enum Stream: CaseIterable {
        case closed
        /// Nobody has the other end any more.
        case brokenPipe
        case full
        case readOnly
    }

    /// The command line has something to warn of.
    private static let words: [ByteString] =
        StagedHost.firmware + [
            "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/OVMF_CODE.fd",
            "-incoming", "unix:/nowhere",
        ]

    /// - Parameter stream: `nil` for one that takes everything.
    private func launch(
        _ store: StagedHost,
        _ words: [ByteString],
        _ stream: Stream?,
    ) async throws -> Outcome {
        var request = store.launcher(words)
        let null = nullDevice.fileDescriptor
        request.descriptors = [0: null, 1: null, 2: null]
        request.closesStandardStreams = true
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let (full, readOnly) = (try open("/dev/full", O_WRONLY), try open("/dev/null", O_RDONLY))
        switch stream {
        case nil: break
        case .closed: request.descriptors[2] = nil
        case .brokenPipe: request.descriptors[2] = pipe.fileHandleForWriting.fileDescriptor
        case .full: request.descriptors[2] = full.fileDescriptor
        case .readOnly: request.descriptors[2] = readOnly.fileDescriptor
        }
        return try await run(request)
    }

    private func open(_ path: String, _ flags: Int32) throws -> FileHandle {
        let number = try check(unsafe Glibc.open(path, flags | O_CLOEXEC))
        return FileHandle(fileDescriptor: number, closeOnDealloc: true)
    }

    @Test(arguments: Stream.allCases)
    func `a warning that cannot be written stops no start`(stream: Stream) async throws {
        let store = try StagedHost()
        let usual = try await launch(store, Self.words, nil)
        try #require(usual.end == .status(0))
        let expected = try #require(try store.report())
        let image = try store.imageOfReport()
        for suffix in ["report", "image"] { try remove("\(store.program).\(suffix)") }

        let outcome = try await launch(store, Self.words, stream)
        #expect(outcome.end == .status(0))
        let report = try #require(try store.report())
        #expect(report.arguments == expected.arguments)
        // Signals are blocked, ignored and pending as before.
        #expect(report.status == expected.status)
        #expect(
            report.descriptors.keys.sorted().filter { $0 != 2 }
                == expected.descriptors.keys.sorted().filter { $0 != 2 }
        )
        #expect(report.descriptors[2] == nil || stream != .closed)
        #expect(try store.imageOfReport() == image)
    }

    @Test(arguments: Stream.allCases)
    func `a refusal that cannot be written has its exit status`(stream: Stream) async throws {
        let store = try StagedHost()
        try store.configure(pins: ["sha256 " + String(repeating: "0", count: 64)])
        let outcome = try await launch(store, StagedHost.firmware, stream)
        #expect(outcome.end == .status(65))
        #expect(try store.report() == nil)
    }

    /// Every file that is opened may get the number of a standard error that is closed.
    @Test func `what is said goes into no file that took the number`() async throws {
        let store = try StagedHost()
        let before = try store.listing().filter { !$0.hasPrefix("bin/") }
        _ = try await launch(store, Self.words, .closed)
        #expect(try store.listing().filter { !$0.hasPrefix("bin/") } == before)
    }

    @Test func `a log that is as long as files may be stops no start`() async throws {
        let store = try StagedHost()
        var request = store.launcher(StagedHost.firmware + ["-incoming", "unix:/nowhere"])
        // As long as files may be already.
        let log = "\(store.path)/log"
        try write(Data(count: 8 << 20), to: log, mode: 0o644)
        request.arguments =
            [
                "sh", "-c", #"ulimit -f 16384; exec "$0" "$@" 2>>"# + "\(log)",
            ].map { ByteString($0) } + [ByteString(request.program)] + request.arguments.dropFirst()
        request.program = "/bin/sh"
        let outcome = try await run(request)
        #expect(outcome.end == .status(0))
        #expect(try read(log).count == 8 << 20)
    }
}
