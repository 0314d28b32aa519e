import Foundation
import Host
import Planning

/// A QEMU that runs, with or without the launcher before it.
final class MatrixMachine {
    private let process = Process()
    private let output: String
    private var monitor: MonitorConnection?
    let monitorPath: String
    /// The process that was started, which under -daemonize is not the one that stays.
    var processID: Int32 { process.processIdentifier }

    init(
        _ program: String,
        _ arguments: [String],
        in folder: MatrixFolder,
        name: String,
        environment: [String: String] = [:],
    ) throws {
        monitorPath = "\(folder.path)/\(name).qmp"
        output = "\(folder.path)/\(name).out"
        try folder.write("\(name).out", "")
        process.executableURL = URL(filePath: program)
        process.arguments =
            arguments + ["-qmp", "unix:\(monitorPath),server=on,wait=off"]
        process.environment = ProcessInfo.processInfo.environment
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = process.standardOutput
        Self.unblockSignals()
        try process.run()
    }

    /// Threads of tests have SIGTERM and the like blocked, and what they start inherits that.
    static func unblockSignals() {
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
    }

    var isRunning: Bool { process.isRunning }

    /// How many filters the process has; `nil` where it is gone.
    var filterCount: Int? {
        try? ProcessStatus.confinement(of: Int(process.processIdentifier))?.filterCount
    }

    /// Whatever happened before, nothing stays behind.
    func end() {
        if let monitor { _ = monitor.send(#"{"execute":"quit"}"#) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// - Returns: whether the monitor answers.
    func connect() -> Bool {
        for _ in 0..<400 {
            if let monitor = MonitorConnection(monitorPath), monitor.message() != nil,
                monitor.send(#"{"execute":"qmp_capabilities"}"#) != nil
            {
                self.monitor = monitor
                return true
            }
            if !process.isRunning, process.terminationStatus != 0 { return false }
            usleep(25_000)
        }
        return false
    }

    /// `ok`, or why not.
    func execute(_ command: String, _ arguments: String) -> (summary: String, answer: String) {
        let text = #"{"execute":"\#(command)","arguments":\#(arguments)}"#
        guard let answer = monitor?.send(text) else {
            // QEMU may be gone before its answer to this one is on the wire.
            return (command == "quit" ? "ok" : "connection ended", "")
        }
        if let error = answer["error"] as? [String: Any] {
            return ("error: \(error["desc"] ?? "")", "")
        }
        guard let value = answer["return"],
            let data = try? JSONSerialization.data(
                withJSONObject: value,
                options: [.sortedKeys, .fragmentsAllowed]
            )
        else { return ("ok", "") }
        return ("ok", String(decoding: data, as: UTF8.self))
    }

    /// What the human monitor says, without times and rates.
    func human(_ line: String) -> String {
        let escaped = line.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let text =
            #"{"execute":"human-monitor-command","arguments":{"command-line":"\#(escaped)"}}"#
        guard let answer = monitor?.send(text) else { return "connection ended" }
        guard let said = answer["return"] as? String else { return "error: \(answer)" }
        return said.split { $0.isNewline }.map { $0.prefix { $0 != ";" } }.joined(separator: " | ")
    }

    func wait(for event: String) -> Bool { monitor?.wait(for: event) ?? false }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// How the process ended, once it has.
    func status() -> String {
        for _ in 0..<800 where process.isRunning { usleep(25_000) }
        if process.isRunning { return "still running" }
        monitor?.drain()
        let status = process.terminationStatus
        return process.terminationReason == .exit ? "exit \(status)" : "signal \(status)"
    }

    var log: String {
        String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
    }
}
