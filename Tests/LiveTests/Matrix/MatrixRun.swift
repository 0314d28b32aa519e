import Foundation
import Host
import Planning

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
    ) throws {
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

        let companions = try MatrixCompanion.all(of: row, words, in: folder)
        defer { for companion in companions { companion.end() } }
        let clock = ContinuousClock.now
        let remote = try row.destination.map { try start($0, "destination") }
        defer { remote?.end() }
        let machine = try start(row.options, "machine")
        defer { machine.end() }
        processIDs = Set([machine, remote].compactMap { $0 }.map { Int($0.processID) })
        for step in row.early { perform(step, machine, remote) }
        let isConnected = row.steps.isEmpty || machine.connect()
        if !isConnected { note("monitor", "no answer") }
        if let remote, !remote.connect() { note("destination", "no answer") }
        if isConnected {
            // Before it answers it may still be the launcher, on its way to the filter.
            if !row.steps.isEmpty { filterCount = machine.filterCount }
            for step in row.steps { perform(step, machine, remote) }
        }
        transcript.append("end: \(machine.status())")
        if let remote { transcript.append("destination: \(remote.status())") }
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

    private mutating func perform(
        _ step: MatrixRow.Step,
        _ machine: MatrixMachine,
        _ remote: MatrixMachine?
    ) {
        switch step {
        case .qmp(let command, let arguments):
            note(command, machine.execute(command, expanded(arguments)).summary)
        case .remote(let command, let arguments):
            note(command, remote?.execute(command, expanded(arguments)).summary ?? "no second QEMU")
        case .hmp(let line):
            note(line, machine.human(expanded(line)))
        case .event(let event):
            note(event, machine.wait(for: event) ? "came" : "error: did not come")
        case .until(let command, let text):
            note(command, Self.poll(machine, command, text))
        case .remoteUntil(let command, let text):
            note(command, remote.map { Self.poll($0, command, text) } ?? "no second QEMU")
        case .connect(let name, let count):
            let bytes = MonitorConnection("\(folder.path)/\(name)")?.read(count)
            note(name, bytes.map { String(decoding: $0, as: UTF8.self) } ?? "error: refused")
        case .ask(let name, let question, let count):
            let connection = MonitorConnection("\(folder.path)/\(name)")
            let bytes = connection?.ask(question, count)
            note(name, bytes.map { String(decoding: $0, as: UTF8.self) } ?? "error: refused")
        case .signal(let number):
            machine.signal(number)
        case .file(let name):
            note(name, folder.content(name))
        case .mode(let name):
            transcript.append("\(name): \(folder.mode(name))")
        case .guest:
            // As they are: what is a number here is a mode or a size.
            transcript += folder.guestLines { machine.isRunning }
        case .program(let command):
            let words = expanded(command).split(separator: " ").map(String.init)
            let output = try? MatrixHost.output(of: words[0], Array(words.dropFirst()))
            note(words[0], output ?? "error: does not start")
        }
    }

    private static func poll(_ machine: MatrixMachine, _ command: String, _ text: String) -> String
    {
        var last = ""
        for _ in 0..<400 {
            last = machine.execute(command, "{}").answer
            if last.contains(text) { return text }
            if last.contains("failed") || last.isEmpty { break }
            usleep(25_000)
        }
        return "error: \(last)"
    }
}

extension MatrixFolder {
    /// In octal digits, once the file is there.
    fileprivate func mode(_ name: String) -> String {
        for _ in 0..<400 {
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            if let mode = attributes?[.posixPermissions] as? Int {
                // Who makes a socket changes its mode right after.
                usleep(200_000)
                let later = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
                return String(later?[.posixPermissions] as? Int ?? mode, radix: 8)
            }
            usleep(25_000)
        }
        return "error: is not there"
    }

    /// What the guest printed, once it has done everything; it may take minutes.
    fileprivate func guestLines(while isRunning: () -> Bool) -> [String] {
        var lines: [String] = []
        for _ in 0..<2400 {
            let isLast = !isRunning()
            // Without what the kernel says, which has a time before it.
            lines = content("serial").split(whereSeparator: \.isNewline).map(String.init)
                .filter { !$0.hasPrefix("[") }
            if let end = lines.firstIndex(of: "guest: done") { return Array(lines[...end]) }
            if isLast { break }
            usleep(100_000)
        }
        return lines + ["error: the guest did not come to its end"]
    }

    /// The process that -daemonize left, in text.
    fileprivate var daemon: String {
        let data = FileManager.default.contents(atPath: "\(path)/pid") ?? Data()
        return String(decoding: data, as: UTF8.self).filter(\.isNumber)
    }
}
