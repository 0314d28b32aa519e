/// A system call that did not go through, in words: what it was, why, and what would allow it.
package struct CallExplanation: Hashable, Sendable {
    package let subject: String
    /// What became of the call.
    package let outcome: String
    /// What the policy says about the call, a row a line.
    package let rows: [Row]
    /// What to do about it, if it was meant to happen.
    package let remedy: String

    package struct Row: Hashable, Sendable {
        package let group: String
        /// On the call's arguments, as in C; empty where the row is about every such call.
        package let condition: String
        package let verdict: Verdict
        package let reason: String
    }

    /// - Parameter record: from the kernel's log.
    package init(_ record: SeccompRecord) {
        let isNative = record.architecture == FilterProgram.Architecture.x86_64
        let isX32 = isNative && record.number >= FilterProgram.Architecture.x32Bit
        guard isNative, !isX32, let call = Syscall(rawValue: record.number) else {
            self.init(unnamed: record, isNative: isNative && !isX32)
            return
        }
        self.init(call, outcome: Self.outcome(of: record, call), comm: record.comm)
    }

    /// For a call known by name, whatever became of it.
    package init(_ call: Syscall, outcome: String, comm: ByteString) {
        subject = "\(call.name) (\(call.rawValue)) of thread \(quoted(comm))"
        self.outcome = outcome
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
        remedy = Self.remedy(for: call)
    }

    private init(unnamed record: SeccompRecord, isNative: Bool) {
        let kind = isNative ? "call" : "call of a foreign ABI"
        subject = "\(kind) number \(record.number) of thread \(quoted(record.comm))"
        outcome = Self.outcome(of: record, nil)
        rows = []
        remedy =
            isNative
            ? "newer than this launcher: libraries go on without it; report it if QEMU does not"
            : "neither QEMU nor what it starts uses i386 or x32 calls: look for an attack"
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
        case Refusal.notImplemented.errorNumber: "ENOSYS"
        case Refusal.notPermitted.errorNumber: "EPERM"
        default: "error \(number)"
        }
    }

    private static func refusals(of call: Syscall?) -> [Refusal] {
        let verdicts = SyscallGroup.all.flatMap(\.rules).filter { $0.syscall == call }.map(
            \.verdict
        )
        let found = Refusal.allCases.filter { refusal in
            verdicts.contains { if case .refuse(refusal, _) = $0 { true } else { false } }
        }
        return found.isEmpty ? [.notImplemented] : found
    }

    private static func remedy(for call: Syscall) -> String {
        let forbidden = SyscallGroup.forbidden.rules.contains { $0.syscall == call }
        if forbidden { return "nothing of QEMU's does this: look for an attack" }
        let groups = SyscallGroup.features.filter { group in
            group.rules.contains { $0.syscall == call && $0.verdict == .allow }
        }
        if groups.isEmpty {
            return "no option asks for it: 'seccomp log' lets it happen, and records it"
        }
        let settable = groups.map(\.name).filter { name in
            SyscallGroup.settable.contains { $0.name == name }
        }
        return "allowed with " + groups.compactMap(\.demand).joined(separator: ", or with ")
            + (settable.isEmpty
                ? ""
                : "; or, if it is asked for while the VM runs, with 'groups"
                    + " \(settable.joined(separator: "' or 'groups "))' in launcher.conf")
    }
}
