import CLinux
import Glibc
import SystemPackage

/// The kernel's audit records from one moment on, as it sends them to whoever listens (the multicast
/// group of NETLINK_AUDIT, Linux 3.16): all of them, while its log leaves out what comes too fast and,
/// where auditd runs, everything.
struct AuditListener: ~Copyable {
    private let socket: OwnedDescriptor

    /// NETLINK_AUDIT and AUDIT_NLGRP_READLOG, from include/uapi/linux/netlink.h and audit.h.
    private static let (family, protocolNumber, group): (Int32, Int32, UInt32) = (16, 9, 1)
    /// Room for some ten thousand records.
    private static let bufferByteCount: Int32 = 8 << 20
    /// MAX_AUDIT_MESSAGE_LENGTH of include/linux/audit.h, and `struct nlmsghdr` in front of it.
    private static let (longestRecord, headerByteCount) = (8970 + 16, 16)
    /// AUDIT_SECCOMP.
    private static let seccompType: UInt16 = 1326

    private init(_ socket: consuming OwnedDescriptor) {
        self.socket = socket
    }

    /// - Throws: EPERM where CAP_AUDIT_READ is missing.
    static func fromNow() throws(Errno) -> AuditListener {
        let kind = Int32(
            bitPattern: SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        )
        let number = try systemCall { Glibc.socket(family, kind, protocolNumber) }.get()
        let listener = AuditListener(OwnedDescriptor(takingOver: number))
        _ = try systemCall { linux_netlink_bind(number, group) }.get()
        // Less is granted to whoever lacks CAP_NET_ADMIN; that something was lost is noticed.
        var wanted = bufferByteCount
        let byteCount = socklen_t(MemoryLayout<Int32>.size)
        if unsafe setsockopt(number, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, byteCount) != 0 {
            _ = unsafe setsockopt(number, SOL_SOCKET, SO_RCVBUF, &wanted, byteCount)
        }
        return listener
    }

    /// The seccomp records that have come since the last time, a line each, as the kernel's log has
    /// them.
    borrowing func records() throws(Errno) -> (bytes: [UInt8], isWhole: Bool) {
        var lines: [UInt8] = []
        var isWhole = true
        while lines.count < HostFiles.maximumByteCount {
            do throws(Errno) {
                let message = try socket.read(atMost: Self.longestRecord)
                guard message.count > Self.headerByteCount else { continue }
                guard UInt16(message[4]) | UInt16(message[5]) << 8 == Self.seccompType else {
                    continue
                }
                lines += Array("type=\(Self.seccompType) ".utf8)
                lines += message.dropFirst(Self.headerByteCount).prefix { $0 != 0 }
                lines.append(UInt8(ascii: "\n"))
            } catch .resourceTemporarilyUnavailable {
                break
            } catch .noBufferSpace {
                // More came than there was room for: the next read goes on after that.
                isWhole = false
            }
        }
        return (lines, isWhole)
    }
}
