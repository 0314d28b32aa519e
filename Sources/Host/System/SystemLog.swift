import Glibc
package import Planning
package import SystemPackage

/// Writes one record to the system's log: a datagram to its socket and nothing else. The libraries
/// of the journal and of syslog would keep a descriptor open, and could block.
package struct SystemLog: Sendable {
    /// systemd's journal takes fields one by one
    /// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/), and hands the line on to syslog.
    private let journal: FilePath
    /// For hosts without the journal.
    private let syslog: FilePath

    package init(
        journal: FilePath = "/run/systemd/journal/socket",
        syslog: FilePath = "/dev/log",
    ) {
        self.journal = journal
        self.syslog = syslog
    }

    /// The longest text of a record and the longest value of a field, in bytes: what every collector
    /// takes (RFC 5424, 6.1). A datagram of the journal with all fields is far below what a socket
    /// takes by default.
    package static let maximumTextByteCount = 2048

    /// Sends the record. If nobody listens, or if the listener is slow, the launch goes on and the
    /// record is lost.
    package func send(_ record: LaunchRecord) {
        let line = printable(record.text).cut(toByteCount: Self.maximumTextByteCount)
        let process = getpid()
        guard !Self.deliver(Self.entry(of: record, line, process), to: journal) else { return }
        _ = Self.deliver(Self.line(of: record, line, process), to: syslog)
    }

    /// - Returns: whether somebody took it.
    private static func deliver(_ datagram: [UInt8], to path: FilePath) -> Bool {
        let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | socketFlags, 0)
        guard number != -1 else { return false }
        let descriptor = OwnedDescriptor(takingOver: number)
        guard var address = unixAddress(path) else { return false }
        let sent = unsafe datagram.withUnsafeBytes { datagram in
            unsafe withUnsafePointer(to: &address) { address in
                unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    unsafe sendto(
                        descriptor.number,
                        datagram.baseAddress,
                        datagram.count,
                        Int32(MSG_NOSIGNAL),
                        address,
                        socklen_t(MemoryLayout<sockaddr_un>.size)
                    )
                }
            }
        }
        return sent == datagram.count
    }

    private static let socketFlags =
        Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
}

// MARK: - The two forms

extension SystemLog {
    private static let identifier = "qemu-launcher"
    /// The facility `daemon` (RFC 5424, table 1).
    private static let facility: Int32 = 3

    /// A line of syslog: facility and severity make the number in front.
    private static func line(
        of record: LaunchRecord,
        _ text: String,
        _ process: Int32,
    ) -> [UInt8] {
        let priority = facility << 3 | record.event.severity
        return Array("<\(priority)>\(identifier)[\(process)]: \(text)".utf8)
    }

    /// An entry of the journal, which adds fields of its own that cannot be forged, such as _UID.
    private static func entry(
        of record: LaunchRecord,
        _ text: String,
        _ process: Int32,
    ) -> [UInt8] {
        let own: [(String, String)] = [
            ("MESSAGE", text),
            ("MESSAGE_ID", record.event.messageID),
            ("PRIORITY", "\(record.event.severity)"),
            ("SYSLOG_FACILITY", "\(facility)"),
            ("SYSLOG_IDENTIFIER", identifier),
            ("SYSLOG_PID", "\(process)"),
        ]
        return own.flatMap { field($0.0, Array($0.1.utf8)) }
            + record.facts.flatMap { field($0.fieldName, $0.value.bytes) }
    }

    /// `NAME=value`, or for a value with line feeds the name, the value's length as 64 bits with the
    /// lowest byte first, and the value.
    private static func field(_ name: String, _ value: [UInt8]) -> [UInt8] {
        let value = value.prefix(maximumTextByteCount)
        let lineFeed = UInt8(ascii: "\n")
        guard value.contains(lineFeed) else {
            return name.utf8 + [UInt8(ascii: "=")] + value + [lineFeed]
        }
        let count = UInt64(value.count)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        return name.utf8 + [lineFeed] + length + value + [lineFeed]
    }
}

extension LaunchRecord.Event {
    /// After syslog(3); the numbers are the protocol's (RFC 5424, table 2).
    fileprivate var severity: Int32 {
        switch self {
        case .launch: 6
        case .refusal: 3
        }
    }
}

/// - Returns: `nil` if the path is longer than an address can be.
private func unixAddress(_ path: FilePath) -> sockaddr_un? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.string.utf8)
    let isStored = unsafe withUnsafeMutableBytes(of: &address.sun_path) { storage in
        // One byte stays zero: the end of the path.
        guard bytes.count < storage.count else { return false }
        unsafe storage.copyBytes(from: bytes)
        return true
    }
    return isStored ? address : nil
}
