import CLinux
import Glibc
package import Planning
import SystemPackage

/// The kernel's own log, as far back as it reaches.
package enum KernelLog {
    fileprivate static let path: FilePath = "/dev/kmsg"
    /// The kernel hands out at most this much at once (CONSOLE_EXT_LOG_MAX in kernel/printk).
    private static let longestRecord = 8 << 10

    /// All of it, a record a line, each after its priority and time as in /dev/kmsg.
    ///
    /// - Throws: if the log may not be read, which needs CAP_SYSLOG on most hosts.
    package static func content() throws(HostError) -> ByteString {
        do throws(Errno) {
            return ByteString(try records(of: try opened()).bytes)
        } catch {
            throw unreadable(error)
        }
    }

    fileprivate static func opened() throws(Errno) -> OwnedDescriptor {
        try OwnedDescriptor(opening: path, flags: O_RDONLY | O_NONBLOCK)
    }

    fileprivate static func unreadable(_ error: Errno) -> HostError {
        .systemCallFailed(operation: "reading the log", path: path, errno: error)
    }

    /// - Returns: what is there, and whether some of it was overwritten before it was read.
    fileprivate static func records(
        of log: borrowing OwnedDescriptor
    ) throws(Errno) -> (bytes: [UInt8], isWhole: Bool) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: longestRecord,
            alignment: 16,
        )
        defer { unsafe buffer.deallocate() }
        var content: [UInt8] = []
        var isWhole = true
        while content.count < HostFiles.maximumByteCount {
            do throws(Errno) {
                let count = unsafe try log.read(into: buffer)
                guard count > 0 else { break }
                unsafe content.append(contentsOf: buffer[..<count])
            } catch .resourceTemporarilyUnavailable {
                break
            } catch .brokenPipe {
                // A record was overwritten before it was read: the next read goes on after it.
                isWhole = false
            }
        }
        return (content, isWhole)
    }
}

/// The kernel's log from one moment on.
package struct KernelLogTail: ~Copyable {
    private let log: OwnedDescriptor

    private init(_ log: consuming OwnedDescriptor) {
        self.log = log
    }

    /// From now on.
    package static func fromNow() throws(HostError) -> KernelLogTail {
        do throws(Errno) {
            let log = try KernelLog.opened()
            let number = log.number
            _ = try systemCall { lseek(number, 0, SEEK_END) }.get()
            return KernelLogTail(log)
        } catch {
            throw KernelLog.unreadable(error)
        }
    }

    /// What was written since the last time.
    package borrowing func records() throws(HostError) -> (bytes: [UInt8], isWhole: Bool) {
        do throws(Errno) {
            return try KernelLog.records(of: log)
        } catch {
            throw KernelLog.unreadable(error)
        }
    }
}

/// The kernel's audit records from one moment on, as it sends them to every listener (the multicast
/// group of NETLINK_AUDIT, Linux 3.16): all of them, while its log leaves out records that come too
/// fast and, if auditd runs, all of them.
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

    /// - Throws: EPERM if CAP_AUDIT_READ is missing.
    static func fromNow() throws(Errno) -> AuditListener {
        let kind = Int32(
            bitPattern: SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        )
        let number = try systemCall { Glibc.socket(family, kind, protocolNumber) }.get()
        let listener = AuditListener(OwnedDescriptor(takingOver: number))
        _ = try systemCall { linux_netlink_bind(number, group) }.get()
        // A process without CAP_NET_ADMIN gets less; lost records are noticed.
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
