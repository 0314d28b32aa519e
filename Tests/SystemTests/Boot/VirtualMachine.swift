import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// A QEMU with OVMF in it: its serial console, and what one types there. Killed when let go of.
struct VirtualMachine: ~Copyable {
    private var child: Child
    private let console: Capture
    private let errors: Capture
    private let keys: Pipe
    /// How much of the console was looked at already.
    private var seen = 0

    var process: pid_t { child.id }

    /// Devices that every boot has: a small machine, and its console on the standard streams.
    static let usual: [ByteString] = [
        "-m", "256", "-nodefaults", "-display", "none", "-net", "none", "-serial", "stdio",
        "-no-user-config",
    ]

    init(_ request: Child.Request) throws {
        let (console, errors, keys) = (try Capture(), try Capture(), Pipe())
        var request = request
        request.descriptors = [
            0: keys.fileHandleForReading.fileDescriptor,
            1: console.file.fileDescriptor,
            2: errors.file.fileDescriptor,
        ]
        let child = try Child(request)
        try keys.fileHandleForReading.close()
        self.child = child
        (self.console, self.errors, self.keys) = (console, errors, keys)
    }

    /// Waits until the console shows `text` behind what was waited for before.
    mutating func waitFor(_ text: String, within limit: Duration = patience) async throws {
        let wanted = Data(text.utf8)
        var waiting = Waiting(limit)
        while !waiting.isOver {
            let bytes = try console.bytes()
            if let found = bytes.range(of: wanted, in: seen..<bytes.count) {
                seen = found.upperBound
                return
            }
            if let end = try child.poll() {
                throw Missing(text: text, end: end, errors: try errors.text())
            }
            try await waiting.pause(.milliseconds(50))
        }
        throw Missing(text: text, end: .timeout, errors: try errors.text())
    }

    struct Missing: Error {
        let text: String
        let end: Child.End
        let errors: String
    }

    func type(_ line: String) throws {
        try keys.fileHandleForWriting.write(contentsOf: Data("\(line)\r".utf8))
    }

    /// Waits for the firmware's own shell.
    mutating func waitForShell() async throws {
        // Any key skips the seconds in which it would wait for a script.
        try await waitFor("to continue")
        try type("")
        try await waitFor("Shell>")
    }

    /// What the shell prints as the answer to `command`; the typed command itself arrives with
    /// cursor movements between its letters.
    mutating func ask(_ command: String, expecting answer: String) async throws {
        try type(command)
        try await waitFor(answer)
        try await waitFor("Shell>")
    }

    func complaints() throws -> String { try errors.text() }

    /// Ends it as an operator would.
    mutating func stop() async throws {
        kill(child.id, SIGTERM)
        #expect(try await child.wait() == .status(0))
    }
}
