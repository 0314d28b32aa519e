/// What the kernel wrote down about a system call that a filter did not simply allow: an audit
/// record of type SECCOMP (1326), as it stands in the kernel's log or in that of auditd.
package struct SeccompRecord: Hashable, Sendable {
    package let processID: Int
    /// Of the login that the process belongs to; `nil` where the record does not say. Services have
    /// all the same one, which means none.
    package let session: UInt32?
    /// The thread's name, as /proc/PID/comm.
    package let comm: ByteString
    package let executable: ByteString?
    /// What ended the process; 0 where nothing did.
    package let signal: Int
    /// As in include/uapi/linux/audit.h.
    package let architecture: UInt32
    package let number: UInt32
    /// What the filter returned.
    package let action: UInt32

    /// Finds the record in one line of a log, whatever stands around it.
    ///
    /// - Returns: `nil` where the line holds no such record, or not all of it.
    package init?(parsing line: ByteString) {
        let fields = AuditFields(of: line)
        guard fields.isRecord("1326", "SECCOMP"),
            let processID = fields["pid"]?.text.flatMap({ Int($0) }),
            let architecture = fields["arch"]?.text.flatMap({ UInt32($0, radix: 16) }),
            let number = fields["syscall"]?.text.flatMap({ UInt32($0) ?? Self.negative($0) }),
            let action = fields["code"]?.text.flatMap({ UInt32($0.dropFirst(2), radix: 16) })
        else { return nil }
        self.processID = processID
        session = fields["ses"]?.text.flatMap { UInt32($0) }
        self.architecture = architecture
        self.number = number
        self.action = action
        signal = fields["sig"]?.text.flatMap { Int($0) } ?? 0
        comm = fields.name("comm") ?? ""
        executable = fields.name("exe")
    }

    /// Whether the launcher became QEMU. In `log` mode its filter cannot tell its own exec from one of
    /// QEMU's; what it is told apart by is the program that made the call.
    package var isLauncherBecomingQEMU: Bool {
        guard action & 0xFFFF_0000 == FilterAction.log.returnValue,
            architecture == FilterProgram.Architecture.x86_64,
            number == Syscall.execve.rawValue || number == Syscall.execveat.rawValue,
            let name = executable?.lastPathComponent
        else { return false }
        return ["qemu-launcher", "launcherctl"].contains { program in
            // The kernel's mark of a file that an upgrade has replaced meanwhile.
            name == ByteString(program) || name == ByteString("\(program) (deleted)")
        }
    }

    /// The kernel prints the number as an `int`.
    private static func negative(_ text: String) -> UInt32? {
        Int32(text).map(UInt32.init(bitPattern:))
    }
}
