import Foundation
import Host
import Planning
import TestSupport

/// A QEMU that runs, with or without the launcher before it.
final class MatrixMachine {
    private let process = Process()
    private let output: String
    private var monitor: QMPClient?
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
        monitor?.quit()
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// - Returns: whether the monitor answers.
    func connect() async throws -> Bool {
        var waiting = Waiting()
        while !waiting.isOver {
            do {
                monitor = try await QMPClient(monitorPath)
                return true
            } catch {
                // Nobody listens there yet, or no longer.
            }
            if !process.isRunning, process.terminationStatus != 0 { return false }
            try await waiting.pause(.milliseconds(25))
        }
        return false
    }

    /// `ok`, or why not.
    func execute(
        _ command: String,
        _ arguments: String
    ) async -> (summary: String, answer: String) {
        do {
            guard let line = try await monitor?.execute(command, arguments) else {
                return ("connection ended", "")
            }
            let answer = try JSONSerialization.jsonObject(with: line) as? [String: Any]
            guard let value = answer?["return"] else { return ("ok", "") }
            let data = try JSONSerialization.data(
                withJSONObject: value,
                options: [.sortedKeys, .fragmentsAllowed]
            )
            return ("ok", String(decoding: data, as: UTF8.self))
        } catch {
            if let reason = (error as? QMPClient.Refused)?.reason {
                return ("error: \(reason)", "")
            }
            // QEMU may be gone before its answer to this one is on the wire.
            return (command == "quit" ? "ok" : "connection ended", "")
        }
    }

    /// What the human monitor says, without times and rates.
    func human(_ line: String) async -> String {
        let escaped = line.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        do {
            let said: String? = try await monitor?.ask(
                "human-monitor-command",
                #"{"command-line":"\#(escaped)"}"#
            )
            guard let said else { return "connection ended" }
            return said.split { $0.isNewline }.map { $0.prefix { $0 != ";" } }
                .joined(separator: " | ")
        } catch {
            let reason = (error as? QMPClient.Refused)?.reason
            return reason.map { "error: \($0)" } ?? "connection ended"
        }
    }

    func wait(for event: String) async -> Bool {
        do {
            guard let monitor else { return false }
            try await monitor.wait(for: event)
            return true
        } catch {
            return false
        }
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// How the process ended, once it has.
    func status() async throws -> String {
        let isGone = try await eventually { process.isRunning ? nil : true }
        guard isGone == true else { return "still running" }
        await monitor?.drain()
        let status = process.terminationStatus
        return process.terminationReason == .exit ? "exit \(status)" : "signal \(status)"
    }

    var log: String {
        String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
    }
}

/// One run of a row: what could be seen of it, a line each.
struct MatrixRun {
    private(set) var transcript: [String] = []
    /// Of every process that the run is known to have had.
    private(set) var processIDs: Set<Int> = []
    /// Of the process itself; `nil` where it ended too soon to look.
    private(set) var filterCount: Int?
    /// From the start to the end of the QEMU, rounded.
    private(set) var seconds = 0.0
    private let folder: MatrixFolder
    private let words: [String: String]
    private let host: MatrixHost

    /// - Parameters:
    ///   - launcher: `nil` for QEMU alone.
    ///   - enclosure: what is restricted besides system calls.
    init(
        _ row: MatrixRow,
        on host: MatrixHost,
        launcher: String?,
        enclosure: MatrixFolder.Enclosure = .none,
    ) async throws {
        self.host = host
        folder = try MatrixFolder(
            qemu: host.qemu,
            spawn: row.spawn,
            groups: row.groups,
            enclosure: enclosure
        )
        words = try host.words(in: folder)
        let program: String
        var own: [String] = []
        if let launcher {
            // Under QEMU's name, since QEMU's messages begin with it.
            program = "\(folder.path)/\(URL(filePath: host.qemu).lastPathComponent)"
            try FileManager.default.createSymbolicLink(
                atPath: program,
                withDestinationPath: launcher
            )
            own = ["-launcher-config", "\(folder.path)/launcher.conf"]
        } else {
            program = host.qemu
        }
        func start(_ options: String, _ name: String) throws -> MatrixMachine {
            try MatrixMachine(
                program,
                own + host.arguments(of: row, options, words),
                in: folder,
                name: name,
                environment: row.environment.mapValues(expanded)
            )
        }

        let companions = try await MatrixCompanion.all(of: row, words, in: folder)
        defer { for companion in companions { companion.end() } }
        let clock = ContinuousClock.now
        let remote = try row.destination.map { try start($0, "destination") }
        defer { remote?.end() }
        let machine = try start(row.options, "machine")
        defer { machine.end() }
        processIDs = Set([machine, remote].compactMap { $0 }.map { Int($0.processID) })
        for step in row.early { try await perform(step, machine, remote) }
        let isConnected = try await row.steps.isEmpty ? true : machine.connect()
        if !isConnected { note("monitor", "no answer") }
        if let remote, try await !remote.connect() { note("destination", "no answer") }
        if isConnected {
            // Before it answers it may still be the launcher, on its way to the filter.
            if !row.steps.isEmpty { filterCount = machine.filterCount }
            for step in row.steps { try await perform(step, machine, remote) }
        }
        transcript.append("end: \(try await machine.status())")
        if let remote { transcript.append("destination: \(try await remote.status())") }
        seconds = (((ContinuousClock.now - clock) / .seconds(1)) * 10).rounded() / 10
        noteOutput(machine.log)
        if let remote { noteOutput(remote.log) }
        if let pid = Int(folder.daemon) { processIDs.insert(pid) }
    }

    private func expanded(_ text: String) -> String {
        MatrixHost.expanded(text, words)
    }

    /// What QEMU refused, or did not do.
    var failures: [String] {
        transcript.filter { line in
            line.lowercased().contains("error") || line.contains("no answer")
                || line.contains("connection ended") || line.contains("still running")
        }
    }

    private mutating func note(_ what: String, _ result: String) {
        let text = result.replacing(folder.path, with: "{folder}")
            .replacing(/[0-9]+/, with: "#").replacing(/\ +/, with: " ")
            // How fast a disk was.
            .replacing(/# sec \(.*\)/, with: "# sec")
        transcript.append("\(what): \(text)")
    }

    /// What a person reads; QEMU's times and numbers of processes differ each time.
    private mutating func noteOutput(_ log: String) {
        let lines = log.split(separator: "\n")
        // How late a sound server was, too.
        for line in lines where !line.contains("XRun") { note("output", String(line)) }
    }

    /// Reads from a socket of the machine's, after sending a question with a zero after it.
    private mutating func exchange(_ name: String, _ question: String?, _ count: Int) async throws {
        do {
            let socket = try UnixSocket("\(folder.path)/\(name)")
            if let question { try socket.send(question + "\0") }
            note(name, String(decoding: try await socket.read(count), as: UTF8.self))
        } catch {
            note(name, "error: refused")
        }
    }

    private mutating func perform(
        _ step: MatrixRow.Step,
        _ machine: MatrixMachine,
        _ remote: MatrixMachine?
    ) async throws {
        switch step {
        case .qmp(let command, let arguments):
            note(command, await machine.execute(command, expanded(arguments)).summary)
        case .remote(let command, let arguments):
            let summary = await remote?.execute(command, expanded(arguments)).summary
            note(command, summary ?? "no second QEMU")
        case .hmp(let line):
            let answer = await machine.human(expanded(line))
            // Only what went wrong is in qemu-io's answer, and not always with the word for it.
            let isWrong = line.hasPrefix("qemu-io") && !answer.isEmpty
            note(line, isWrong ? "error: \(answer)" : answer)
        case .event(let event):
            note(event, await machine.wait(for: event) ? "came" : "error: did not come")
        case .until(let command, let text):
            note(command, try await Self.poll(machine, command, text))
        case .remoteUntil(let command, let text):
            guard let remote else { return note(command, "no second QEMU") }
            note(command, try await Self.poll(remote, command, text))
        case .connect(let name, let count):
            try await exchange(name, nil, count)
        case .ask(let name, let question, let count):
            try await exchange(name, question, count)
        case .signal(let number):
            machine.signal(number)
        case .file(let name):
            note(name, folder.content(name))
        case .mode(let name):
            transcript.append("\(name): \(try await folder.mode(name))")
        case .guest:
            // As they are: what is a number here is a mode or a size.
            transcript += try await folder.guestLines { machine.isRunning }
        case .program(let command):
            let words = expanded(command).split(separator: " ").map(String.init)
            let output = try? MatrixHost.output(of: words[0], Array(words.dropFirst()))
            note(words[0], output ?? "error: does not start")
        }
    }

    private static func poll(
        _ machine: MatrixMachine,
        _ command: String,
        _ text: String
    ) async throws -> String {
        var last = ""
        var waiting = Waiting()
        while !waiting.isOver {
            last = await machine.execute(command, "{}").answer
            if last.contains(text) { return text }
            if last.contains("failed") || last.isEmpty { break }
            try await waiting.pause(.milliseconds(25))
        }
        return "error: \(last)"
    }
}

extension MatrixFolder {
    /// In octal digits, once the file is there.
    fileprivate func mode(_ name: String) async throws -> String {
        func permissions() -> Int? {
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            return attributes?[.posixPermissions] as? Int
        }

        guard let mode = try await eventually(permissions) else { return "error: is not there" }
        // Who makes a socket changes its mode right after.
        try await Task.sleep(for: .milliseconds(200))
        return String(permissions() ?? mode, radix: 8)
    }

    /// What the guest printed, once it has done everything; it may take minutes.
    fileprivate func guestLines(while isRunning: () -> Bool) async throws -> [String] {
        var lines: [String] = []
        var waiting = Waiting(.seconds(300))
        while !waiting.isOver {
            let isLast = !isRunning()
            // Without what the kernel says, which has a time before it.
            lines = content("serial").split(whereSeparator: \.isNewline).map(String.init)
                .filter { !$0.hasPrefix("[") }
            if let end = lines.firstIndex(of: "guest: done") { return Array(lines[...end]) }
            if isLast { break }
            try await waiting.pause(.milliseconds(100))
        }
        return lines + ["error: the guest did not come to its end"]
    }

    /// The process that -daemonize left, in text.
    fileprivate var daemon: String {
        let data = FileManager.default.contents(atPath: "\(path)/pid") ?? Data()
        return String(decoding: data, as: UTF8.self).filter(\.isNumber)
    }
}
