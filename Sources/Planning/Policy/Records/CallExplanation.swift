/// A system call that did not go through, in words: what it was, why, and what would allow it.
package struct CallExplanation: Hashable, Sendable {
    /// The call's name, or the number of one without.
    package let name: String
    package let subject: String
    /// What became of the call.
    package let outcome: String
    package let effect: Effect
    /// What the policy says about the call, a row a line.
    package let rows: [Row]
    /// Groups that allow the call, but only if something asks for them.
    package let groups: [String]
    /// What to do about it, if it should happen.
    package let remedy: String

    /// What became of the call, in a word.
    package enum Effect: String, CaseIterable, Sendable {
        case recorded, refused
        case ended = "ended by"
    }

    package struct Row: Hashable, Sendable {
        package let group: String
        /// On the call's arguments, as in C; empty if the row is about every such call.
        package let condition: String
        package let verdict: Verdict
        package let reason: String
    }

    /// - Parameter record: from the kernel's log.
    package init(_ record: SeccompRecord) {
        let isNative = record.architecture == FilterProgram.Architecture.x86_64
        let isX32 = isNative && record.number >= FilterProgram.Architecture.x32Bit
        guard isNative, !isX32, let call = Syscall(rawValue: record.number) else {
            self.init(unnamed: record, of: Interface(of: record))
            return
        }
        self.init(
            call,
            outcome: Self.outcome(of: record, call),
            effect: Self.effect(of: record),
            comm: record.comm,
        )
    }

    private init(_ call: Syscall, outcome: String, effect: Effect, comm: ByteString) {
        name = call.name
        subject = "\(call.name) (\(call.rawValue)) of thread \(quoted(comm))"
        self.outcome = outcome
        self.effect = effect
        rows = SyscallGroup.all.flatMap { group in
            group.rules.filter { $0.syscall == call }
                .map { rule in
                    Row(
                        group: group.name,
                        condition: rule.checks.map(\.summary).joined(separator: " && "),
                        verdict: rule.verdict,
                        reason: rule.reason
                    )
                }
        }
        let allowing = SyscallGroup.all.filter { group in
            group.demand != nil
                && group.rules.contains { $0.syscall == call && $0.verdict == .allow }
        }
        groups = allowing.map(\.name)
        remedy = Self.remedy(rows, effect, allowedBy: allowing)
    }

    /// Whose table the number of a call is from.
    private enum Interface {
        case x86_64
        /// i386 or x32, which an x86_64 kernel has as well.
        case otherOfX86
        /// Another machine's, by its name.
        case foreign(String)

        /// The numbers of include/uapi/linux/audit.h.
        init(of record: SeccompRecord) {
            switch record.architecture {
            case FilterProgram.Architecture.x86_64:
                let isX32 = record.number >= FilterProgram.Architecture.x32Bit
                self = isX32 ? .otherOfX86 : .x86_64
            case 0x4000_0003: self = .otherOfX86
            case 0xC000_00B7: self = .foreign("aarch64")
            case 0x4000_0028: self = .foreign("arm")
            case 0xC000_00F3: self = .foreign("riscv64")
            case 0xC000_0102: self = .foreign("loongarch64")
            case 0xC000_0015: self = .foreign("ppc64le")
            case 0x8000_0016: self = .foreign("s390x")
            default: self = .foreign("architecture 0x\(String(record.architecture, radix: 16))")
            }
        }

        var noun: String {
            switch self {
            case .x86_64: "call"
            case .otherOfX86: "call of a foreign ABI"
            case .foreign(let name): "\(name) call"
            }
        }

        var remedy: String {
            switch self {
            case .x86_64:
                "newer than this launcher: libraries go on without it; if QEMU does not, report it"
            case .otherOfX86:
                "neither QEMU nor what it starts uses i386 or x32 calls: look for an attack"
            case .foreign:
                "the record is of another machine; the launcher is for x86_64 and knows no such calls"
            }
        }
    }

    private init(unnamed record: SeccompRecord, of interface: Interface) {
        name = "\(interface.noun) number \(record.number)"
        subject = "\(name) of thread \(quoted(record.comm))"
        outcome = Self.outcome(of: record, nil)
        effect = Self.effect(of: record)
        rows = []
        groups = []
        remedy = interface.remedy
    }

    private static func effect(of record: SeccompRecord) -> Effect {
        switch record.action & 0xFFFF_0000 {
        case 0x8000_0000, 0x0000_0000, 0x0003_0000: .ended
        case 0x7FFC_0000: .recorded
        default: .refused
        }
    }

    private static func outcome(of record: SeccompRecord, _ call: Syscall?) -> String {
        switch record.action & 0xFFFF_0000 {
        case 0x8000_0000: "ended the process"
        case 0x0000_0000: "ended the thread"
        case 0x0003_0000: "raised SIGSYS"
        case 0x0005_0000: "failed with \(errorName(record.action & 0xFFFF, call))"
        case 0x7FC0_0000: "failed with ENOSYS: the one exec was used up"
        case 0x7FFC_0000: "was recorded, and happened"
        default: "was answered with 0x\(String(record.action, radix: 16))"
        }
    }

    /// The kernel's records say that a call failed, and leave out the error (SECCOMP_RET_ACTION_FULL
    /// in kernel/seccomp.c), so that it has to come from the rows.
    private static func errorName(_ number: UInt32, _ call: Syscall?) -> String {
        switch number {
        case 0: refusals(of: call).map(\.errorName).joined(separator: " or ")
        case RefusalErrno.notImplemented.errorNumber: "ENOSYS"
        case RefusalErrno.notPermitted.errorNumber: "EPERM"
        default: "error \(number)"
        }
    }

    private static func refusals(of call: Syscall?) -> [RefusalErrno] {
        let verdicts = SyscallGroup.all.flatMap(\.rules).filter { $0.syscall == call }.map(
            \.verdict
        )
        let found = RefusalErrno.allCases.filter { refusal in
            verdicts.contains { if case .refuse(refusal, _) = $0 { true } else { false } }
        }
        return found.isEmpty ? [.notImplemented] : found
    }

    private static func remedy(
        _ rows: [Row],
        _ effect: Effect,
        allowedBy groups: [SyscallGroup]
    ) -> String {
        if isAttack(rows, effect) { return "QEMU never does this: look for an attack" }
        guard groups.isEmpty else {
            return "allowed with " + groups.compactMap(\.demand).joined(separator: ", or with ")
                + setting(for: groups)
        }
        let lets = "'seccomp log' lets it happen, and records it"
        let isOfPrograms = rows.contains { $0.verdict == .kill }
        return isOfPrograms
            ? "programs that QEMU starts try it, and go on without it: \(lets)"
            : "no option asks for it: \(lets)"
    }

    /// For what somebody asks for while the VM runs, which no command line shows.
    private static func setting(for groups: [SyscallGroup]) -> String {
        let names = groups.filter(SyscallGroup.settable.contains).map(\.name)
        guard !names.isEmpty else { return "" }
        return "; or, if it is asked for while the VM runs, with 'groups"
            + " \(names.joined(separator: "' or 'groups "))' in launcher.conf"
    }

    /// Whether nothing honest makes the call. A call that ended the process was answered by a row
    /// that ends it. For a call that was only recorded, the row that would have answered is not
    /// known. If some group refuses the call because programs that QEMU starts make it, nobody is
    /// accused.
    private static func isAttack(_ rows: [Row], _ effect: Effect) -> Bool {
        switch effect {
        case .ended: rows.contains { $0.verdict == .kill }
        case .recorded: !rows.isEmpty && rows.allSatisfy { $0.verdict == .kill }
        case .refused: false
        }
    }
}

/// What Landlock refused, in words: what it was, which rows are about it, and what would allow it.
package struct FileExplanation: Hashable, Sendable {
    package let subject: String
    package let outcome: String
    /// Rows of the table that would allow it.
    package let rows: [Row]
    package let remedy: String

    package struct Row: Hashable, Sendable {
        package let group: String
        package let path: ByteString
        package let access: FileAccess
        package let reason: String
    }

    package init(_ refused: LandlockRecord.Refused) {
        let names = refused.blockers.filter { $0.hasPrefix("fs.") }.map { $0.dropFirst(3) }
        let wanted = FileAccess.rights.filter { names.contains(Substring($0.name)) }
            .reduce(into: FileAccess()) { $0.formUnion($1.access) }
        let what = refused.blockers.joined(separator: ", ")
        guard let path = refused.path, !wanted.isEmpty else {
            subject = what + (refused.other.map { " to \(quoted($0))" } ?? "")
            outcome = "failed"
            rows = []
            remedy = Self.remedy(outside: refused.blockers)
            return
        }
        subject = "\(what) of \(quoted(path))"
        outcome = "failed with EACCES"
        let groups = FileGroup.all.filter { group in
            group.rows.contains { Self.allows($0, wanted, path) }
        }
        rows = groups.flatMap { group in
            group.rows.filter { Self.allows($0, wanted, path) }.map {
                Row(group: group.name, path: $0.path, access: $0.access, reason: $0.reason)
            }
        }
        remedy = Self.remedy(for: wanted, path, groups)
    }

    private static func allows(_ row: FileRow, _ wanted: FileAccess, _ path: ByteString) -> Bool {
        row.access.isSuperset(of: wanted)
            && FileRule(row, of: "", because: .always).covers(path)
    }

    private static func remedy(
        for wanted: FileAccess,
        _ path: ByteString,
        _ groups: [FileGroup],
    ) -> String {
        let demands = groups.compactMap(\.demand)
        if !demands.isEmpty { return "allowed with " + demands.joined(separator: ", or with ") }
        if let place = ProtectedPlace.refusing(wanted, at: path, isFolder: false) {
            return
                "no row may allow it (\(place.path.escaped): \(place.reason)): look for an attack"
        }
        if groups.contains(where: { $0.demand == nil }) {
            return "a row of every VM allows it: the file was replaced, or mounted, after the start"
        }
        return "allowed where QEMU's command line names the file, or a storage of storage.cfg or"
            + " launcher.conf ('dir:') has it; 'landlock off' in launcher.conf lets the VM open all"
    }

    private static func remedy(outside blockers: [String]) -> String {
        if blockers.contains("scope.signal") {
            return "QEMU has nobody to signal unless it starts programs: 'spawn allow'"
        }
        if blockers.contains("scope.abstract_unix_socket") {
            return "allowed with abstract=on of a channel, with a display of windows, or with"
                + " 'spawn allow'"
        }
        return "QEMU never does this: look for an attack, or set 'landlock off'"
    }
}
