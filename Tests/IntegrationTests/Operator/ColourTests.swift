import Foundation
import Glibc
import Planning
import Testing

/// Colour is for terminals.
@Suite(.launching, .needsProducts, .needsFirmware)
struct ColourTests {
    /// What a command prints on a terminal of its own.
    private func onTerminal(_ request: Child.Request) async throws -> String {
        var (master, slave): (Int32, Int32) = (-1, -1)
        try check(unsafe openpty(&master, &slave, nil, nil, nil))
        defer { close(master) }
        var request = request
        request.descriptors = [0: nullDevice.fileDescriptor, 1: slave, 2: slave]
        var child = try Child(request)
        _ = try await child.wait()
        close(slave)
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        // A terminal gives its lines in parts, and fails (EIO) when nobody can write there any more.
        while true {
            let count = unsafe Glibc.read(master, &buffer, buffer.count)
            guard count > 0 else { break }
            output += buffer[..<count]
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static let commands: [[ByteString]] = [
        ["check"], ["firmware", "list"], ["firmware", "verify"],
    ]

    @Test(arguments: commands)
    func `a command is in colour on a terminal that has it`(command: [ByteString]) async throws {
        let store = try StagedHost()
        var request = Child.Request(
            program: Products.launcherctl,
            arguments: ["launcherctl"] + command + ["--config", ByteString(store.configuration)],
        )
        let piped = try await run(request).output
        #expect(!piped.contains("\u{1B}"))
        let environment = request.environment
        request.environment = environment + ["TERM=xterm"]
        let coloured = try await onTerminal(request)
        #expect(coloured.contains("\u{1B}[32m"))
        let escapes = /\u{1B}\[\d+m/
        #expect(coloured.replacing(escapes, with: "").replacing("\r\n", with: "\n") == piped)
        for setting in ["NO_COLOR=1", "TERM=dumb"] as [ByteString] {
            request.environment = environment + [setting]
            #expect(try await !onTerminal(request).contains("\u{1B}"))
        }
    }
}
