/// What the kernel recorded about a system call that a filter did not simply allow: an audit record
/// of type SECCOMP (1326), as it is in the kernel's log or in that of auditd.
package struct SeccompRecord: Hashable, Sendable {
    package let processID: Int
    /// Of the login that the process belongs to; `nil` if the record does not say. All
    /// services have the same one, which means none.
    package let session: UInt32?
    /// The thread's name, as /proc/PID/comm.
    package let comm: ByteString
    package let executable: ByteString?
    /// What ended the process; 0 if nothing did.
    package let signal: Int
    /// As in include/uapi/linux/audit.h.
    package let architecture: UInt32
    package let number: UInt32
    /// What the filter returned.
    package let action: UInt32

    /// Finds the record in one line of a log, with any text around it.
    ///
    /// - Returns: `nil` if the line holds no such record, or not all of it.
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
    /// QEMU's; the program that made the call is the difference.
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

/// The words `key=value` of an audit record in a line of a log, with any text around it.
struct AuditFields {
    private var fields: [String: ByteString] = [:]
    /// The type, where it is the word after `audit[PID]:`, as the journal has it.
    private var type: ByteString?

    /// Of several with one key, the first counts.
    init(of line: ByteString) {
        var rest = line.bytes[...]
        var word: ArraySlice<UInt8> = []
        while !rest.isEmpty {
            rest = rest.drop { Self.isSpace($0) }
            guard
                let equals = rest.firstIndex(where: {
                    $0 == UInt8(ascii: "=") || Self.isSpace($0)
                }),
                rest[equals] == UInt8(ascii: "=")
            else {
                let before = word
                word = rest.prefix { !Self.isSpace($0) }
                if type == nil, Self.isJournalTag(before) { type = ByteString(word) }
                rest = rest[word.endIndex...]
                continue
            }
            let key = String(decoding: rest[..<equals], as: UTF8.self)
            let value = Self.value(rest[rest.index(after: equals)...])
            rest = value.rest
            if fields[key] == nil { fields[key] = value.bytes }
        }
    }

    /// Unchanged; for a value in quotes, with the first quote.
    subscript(key: String) -> ByteString? { fields[key] }

    /// Whether the record is of that type: auditd writes its name, the kernel its number. The journal
    /// has the name, or `AUDIT` and the number of a type that is newer than itself
    /// (`audit_type_name_alloca` in systemd's journald-audit.c).
    func isRecord(_ number: String, _ name: String) -> Bool {
        let found = fields["type"]?.text ?? type?.text
        return [number, name, "AUDIT\(number)", "<audit-\(number)>"].contains(found)
    }

    /// `audit[4711]:`
    private static func isJournalTag(_ word: ArraySlice<UInt8>) -> Bool {
        let prefix = Array("audit[".utf8)
        let suffix = Array("]:".utf8)
        guard word.starts(with: prefix), word.suffix(2).elementsEqual(suffix) else { return false }
        let number = word.dropFirst(prefix.count).dropLast(suffix.count)
        return !number.isEmpty && number.allSatisfy(isDigit)
    }

    /// A name is in quotes, or, if it has unusual characters, in hexadecimal digits.
    func name(_ key: String) -> ByteString? {
        guard let value = fields[key] else { return nil }
        if value.bytes.first == UInt8(ascii: "\"") { return ByteString(value.bytes.dropFirst()) }
        let digits = value.bytes.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == value.bytes.count, digits.count.isMultiple(of: 2) else {
            return value
        }
        return ByteString(
            stride(from: 0, to: digits.count, by: 2).map {
                UInt8(truncatingIfNeeded: digits[$0] << 4 | digits[$0 + 1])
            }
        )
    }

    /// In quotes, or up to the next space.
    private static func value(
        _ text: ArraySlice<UInt8>
    ) -> (bytes: ByteString, rest: ArraySlice<UInt8>) {
        if text.first == UInt8(ascii: "\"") {
            let inside = text.dropFirst()
            let end = inside.firstIndex(of: UInt8(ascii: "\"")) ?? inside.endIndex
            return (ByteString(text[..<end]), inside[end...].dropFirst())
        }
        let end = text.firstIndex(where: isSpace) ?? text.endIndex
        return (ByteString(text[..<end]), text[end...])
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
            || byte == 0x1D  // auditd sets what it adds itself apart so
    }
}

/// What the kernel recorded about a Landlock domain: an audit record of type LANDLOCK_ACCESS
/// (1423) or LANDLOCK_DOMAIN (1424), since Linux 6.15, as it is in the kernel's log or in that
/// of auditd. The kernel writes them only while auditing is on (`auditctl -e 1`, or auditd).
///
/// Source: Documentation/admin-guide/LSM/landlock.rst of the kernel.
package enum LandlockRecord: Hashable, Sendable {
    case refusal(domain: ByteString, Refused)
    /// Says whose domain it is, with its first refusal.
    case domain(ByteString, processID: Int)

    package struct Refused: Hashable, Sendable {
        /// `fs.write_file`, `scope.signal` and the like.
        package let blockers: [String]
        package let path: ByteString?
        /// The process on the other side, for signals and traces.
        package let other: ByteString?
    }

    /// - Returns: `nil` if the line holds no such record, or not all of it.
    package init?(parsing line: ByteString) {
        let fields = AuditFields(of: line)
        guard let domain = fields["domain"] else { return nil }
        if fields.isRecord("1423", "LANDLOCK_ACCESS"), let blockers = fields["blockers"]?.text {
            self = .refusal(
                domain: domain,
                Refused(
                    blockers: blockers.split(separator: ",").map(String.init),
                    path: fields.name("path"),
                    other: fields.name("ocomm"),
                ),
            )
        } else if fields.isRecord("1424", "LANDLOCK_DOMAIN"),
            let processID = fields["pid"]?.text.flatMap({ Int($0) })
        {
            self = .domain(domain, processID: processID)
        } else {
            return nil
        }
    }
}
