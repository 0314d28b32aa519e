internal import CLinux
internal import Glibc
package import Planning
internal import SystemPackage

/// What the kernel records about system calls from one moment to another.
///
/// Records come a little after the calls, or not at all: the host may have turned them off, and
/// what our source may leave them out. So at the end a process of ours makes one call that has to
/// be recorded. If its record is there, all records before it are there. If it does not come,
/// it is not known that there was no such call.
package struct SeccompRecording: ~Copyable {
    private let audit: AuditListener?
    /// For a user who may read the log but not listen, or who is in another network namespace than
    /// the host.
    private let log: KernelLogTail?

    package struct Records: Sendable {
        /// Lines as the kernel's log has them.
        package let log: ByteString
        /// Our process that made the last call.
        package let witness: Int
        /// Whether nothing that was recorded is missing.
        package let isWhole: Bool
    }

    /// Far longer than the kernel's thread takes to hand out records.
    private static let patience = (tries: 100, microseconds: UInt32(5_000))

    private init(_ audit: consuming AuditListener?, _ log: consuming KernelLogTail?) {
        self.audit = audit
        self.log = log
    }

    /// From now on.
    ///
    /// - Throws: if neither records nor the log may be read.
    package static func begun() throws(HostError) -> SeccompRecording {
        if let audit = listener() {
            return SeccompRecording(audit, tail())
        }
        return SeccompRecording(nil, try KernelLogTail.fromNow())
    }

    private static func listener() -> AuditListener? {
        do throws(Errno) { return try AuditListener.fromNow() } catch { return nil }
    }

    private static func tail() -> KernelLogTail? {
        do throws(HostError) { return try KernelLogTail.fromNow() } catch { return nil }
    }

    package consuming func end() throws(HostError) -> Records {
        let witness = try Self.makeRecord()
        var heard = Heard(witness: Int(witness))
        var logged = Heard(witness: Int(witness))
        for _ in 0..<Self.patience.tries {
            do throws(Errno) {
                if let more = try audit?.records() { heard.add(more) }
            } catch {
                throw .systemCallFailed(operation: "reading records", path: nil, errno: error)
            }
            if heard.hasWitness { return heard.records }
            if let more = try log?.records() { logged.add(more) }
            if logged.hasWitness { return logged.records }
            usleep(Self.patience.microseconds)
        }
        return heard.isEmpty ? logged.records : heard.records
    }

    /// What came by one of the ways.
    private struct Heard {
        let witness: Int
        private var bytes: [UInt8] = []
        private var isWhole = true
        private(set) var hasWitness = false

        init(witness: Int) {
            self.witness = witness
        }

        var isEmpty: Bool { bytes.isEmpty }

        mutating func add(_ more: (bytes: [UInt8], isWhole: Bool)) {
            bytes += more.bytes
            isWhole = isWhole && more.isWhole
            hasWitness =
                hasWitness
                || ByteString(more.bytes).records.contains {
                    $0.processID == witness
                }
        }

        var records: Records {
            let log = ByteString(bytes)
            return Records(
                log: log,
                witness: witness,
                isWhole: isWhole && hasWitness && !log.tellsOfSuppression,
            )
        }
    }

    /// A process under a filter that records one call, which it makes.
    ///
    /// - Returns: the process, which has ended.
    private static func makeRecord() throws(HostError) -> pid_t {
        let child = linux_fork()
        guard child >= 0 else {
            throw .systemCallFailed(operation: "fork", path: nil, errno: Errno(rawValue: errno))
        }
        guard child == 0 else {
            _ = systemCall { waitpid(child, nil, 0) }
            return child
        }
        let group = SyscallGroup(
            "witness",
            purpose: "a call that has to be recorded",
            rules: [.kill(.getppid, because: "in log mode it happens, and is recorded")],
        )
        let ruleset = Ruleset(
            default: .allow,
            execution: .unlimited,
            groups: [SelectedGroup(group, because: .always)],
        )
        do throws(ConfinementError) { _ = try confine(ruleset, mode: .log) } catch { _exit(1) }
        _ = getppid()
        _exit(0)
    }
}

extension ByteString {
    fileprivate var records: [SeccompRecord] {
        bytes.split(separator: UInt8(ascii: "\n")).compactMap {
            SeccompRecord(parsing: ByteString($0))
        }
    }

    /// The kernel's words if it left out records that came too fast (lib/ratelimit.c).
    fileprivate var tellsOfSuppression: Bool {
        String(decoding: bytes, as: UTF8.self).contains("callbacks suppressed")
    }
}
