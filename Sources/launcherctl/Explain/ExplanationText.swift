import Planning

extension LogExplanation {
    /// For a person: a paragraph for each thing.
    var text: String { entries.map(\.text).joined(separator: "\n") }
}

extension LogExplanation.Entry {
    private var processes: String {
        processIDs.prefix(8).map(String.init).joined(separator: ", ")
            + (processIDs.count > 8 ? ", …" : "")
    }

    fileprivate var text: String {
        let times = count == 1 ? "" : ", \(count) times"
        switch event {
        case .death:
            return "\(SignalDeath.message)\(times)\n\(SignalDeath.advice)\n"
        case .file(let file):
            let owner = processIDs.isEmpty ? "" : ", domain of process \(processes)"
            let rows = file.rows.map {
                "  group \($0.group): \($0.access.summary) of \($0.path.escaped), because: "
                    + $0.reason
            }
            return
                (["\(file.subject)\(owner): \(file.outcome)\(times)"] + rows
                + ["  remedy: \(file.remedy)", ""]).joined(separator: "\n")
        case .call(let call):
            let rows = call.rows.map { row in
                "  group \(row.group): \(row.verdict.summary)"
                    + (row.condition.isEmpty ? "" : " where \(row.condition)")
                    + ", because: \(row.reason)"
            }
            return
                (["\(call.subject), process \(processes): \(call.outcome)\(times)"] + rows
                + ["  remedy: \(call.remedy)", ""]).joined(separator: "\n")
        }
    }
}

extension SignalDeath {
    static var message: String {
        "SIGSYS (signal 31, shell status 159): a filter ended the process"
    }

    /// Why the filter ends a process, and where to find the call's name.
    static var advice: String {
        let names = SyscallGroup.forbidden.rules.filter { $0.verdict == .kill }
            .map(\.syscall.name).joined(separator: ", ")
        return """
            Ours does that for system calls that no QEMU makes, and for calls of the i386 and x32 \
            ABIs; QEMU's own -sandbox does it for others. The kernel wrote down which call it was:
              journalctl -k -g type=1326 | launcherctl explain -
            Calls that end the process: \(names)
            """
    }
}

/// What `explain --json` prints.
struct ExplanationDocument: Encodable {
    struct Process: Encodable {
        let number: Int
        let confinement: String
    }

    struct Entry: Encodable {
        /// `call`, `file` or `death`.
        let kind: String
        let subject: String
        let outcome: String
        let rows: [Row]
        let remedy: String
        let count: Int
        let processes: [Int]
    }

    struct Row: Encodable {
        let group: String
        /// On the call's arguments, or the path that the row is about.
        let condition: String
        /// What the row does.
        let effect: String
        let reason: String
    }

    let process: Process?
    let launches: Int
    let entries: [Entry]

    init(_ explanation: LogExplanation, of process: Process?) {
        self.process = process
        launches = explanation.launches
        entries = explanation.entries.map(Entry.init)
    }
}

extension ExplanationDocument.Entry {
    fileprivate init(_ entry: LogExplanation.Entry) {
        count = entry.count
        processes = entry.processIDs
        switch entry.event {
        case .death:
            kind = "death"
            subject = "SIGSYS"
            outcome = SignalDeath.message
            rows = []
            remedy = SignalDeath.advice
        case .call(let call):
            kind = "call"
            subject = call.subject
            outcome = call.outcome
            remedy = call.remedy
            rows = call.rows.map {
                .init(
                    group: $0.group,
                    condition: $0.condition,
                    effect: $0.verdict.summary,
                    reason: $0.reason,
                )
            }
        case .file(let file):
            kind = "file"
            subject = file.subject
            outcome = file.outcome
            remedy = file.remedy
            rows = file.rows.map {
                .init(
                    group: $0.group,
                    condition: $0.path.escaped,
                    effect: $0.access.summary,
                    reason: $0.reason,
                )
            }
        }
    }
}
