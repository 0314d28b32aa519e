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
        self.init(call, outcome: Self.outcome(of: record), comm: record.comm)
    }

    /// For a call known by name, whatever became of it.
    package init(_ call: Syscall, outcome: String, comm: ByteString) {
        subject = "\(call.name) (\(call.rawValue)) of thread \(quoted(comm))"
        self.outcome = outcome
        rows = SyscallGroup.all.flatMap { group in
            group.rules.filter { $0.syscall == call }
                .map { Row(group: group.name, verdict: $0.verdict, reason: $0.reason) }
        }
        remedy = Self.remedy(for: call)
    }

    private init(unnamed record: SeccompRecord, isNative: Bool) {
        let kind = isNative ? "call" : "call of a foreign ABI"
        subject = "\(kind) number \(record.number) of thread \(quoted(record.comm))"
        outcome = Self.outcome(of: record)
        rows = []
        remedy =
            isNative
            ? "newer than this launcher: libraries go on without it; report it if QEMU does not"
            : "neither QEMU nor what it starts uses i386 or x32 calls: look for an attack"
    }

    private static func outcome(of record: SeccompRecord) -> String {
        switch record.action & 0xFFFF_0000 {
        case 0x8000_0000: "ended the process"
        case 0x0000_0000: "ended the thread"
        case 0x0003_0000: "raised SIGSYS"
        case 0x0005_0000: "failed with \(errorName(record.action & 0xFFFF))"
        case 0x7FC0_0000: "failed with ENOSYS: the one exec was used up"
        case 0x7FFC_0000: "was recorded, and happened"
        default: "was answered with 0x\(String(record.action, radix: 16))"
        }
    }

    private static func errorName(_ number: UInt32) -> String {
        switch number {
        case Refusal.notImplemented.errorNumber: "ENOSYS"
        case Refusal.notPermitted.errorNumber: "EPERM"
        default: "error \(number)"
        }
    }

    private static func remedy(for call: Syscall) -> String {
        let forbidden = SyscallGroup.forbidden.rules.contains { $0.syscall == call }
        if forbidden { return "nothing of QEMU's does this: look for an attack" }
        let demands = SyscallGroup.all
            .filter { group in
                group.demand != nil
                    && group.rules.contains { $0.syscall == call && $0.verdict == .allow }
            }
            .compactMap(\.demand)
        if demands.isEmpty {
            return "no option asks for it: 'seccomp log' lets it happen, and records it"
        }
        return "allowed with " + demands.joined(separator: ", or with ")
    }
}
