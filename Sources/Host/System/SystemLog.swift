import Glibc
import Planning
package import SystemPackage

/// Writes one record to the system's log: a datagram to its socket and nothing else. The C
/// library's syslog would keep a descriptor open, and could block.
package struct SystemLog: Sendable {
    /// After syslog(3); the numbers are the protocol's (RFC 5424, table 2).
    package enum Severity: Int32, Sendable {
        case error = 3
        case info = 6
    }

    private let socketPath: FilePath

    package init(socketPath: FilePath = "/dev/log") {
        self.socketPath = socketPath
    }

    /// The longest text of a record, in bytes: what every collector takes (RFC 5424, 6.1).
    package static let maximumTextByteCount = 2048

    /// Sends `text` as one printable line, cut if it is too long. If nobody listens, or if
    /// the listener is slow, the launch goes on and the record is lost.
    package func send(_ text: String, severity: Severity) {
        let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Self.socketFlags, 0)
        guard number != -1 else { return }
        let descriptor = OwnedDescriptor(takingOver: number)
        guard var address = unixAddress(socketPath) else { return }
        let record = Self.record(text, severity: severity, process: getpid())

        unsafe record.withUnsafeBytes { record in
            unsafe withUnsafePointer(to: &address) { address in
                unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    _ = unsafe sendto(
                        descriptor.number,
                        record.baseAddress,
                        record.count,
                        Int32(MSG_NOSIGNAL),
                        address,
                        socklen_t(MemoryLayout<sockaddr_un>.size)
                    )
                }
            }
        }
    }

    private static let socketFlags =
        Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)

    /// The facility `daemon` (3) and the severity make the number in front.
    static func record(_ text: String, severity: Severity, process: Int32) -> [UInt8] {
        let line = printable(text).cut(toByteCount: maximumTextByteCount)
        let priority = 3 << 3 | severity.rawValue
        return Array("<\(priority)>qemu-launcher[\(process)]: ".utf8) + line.utf8
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
