import Glibc
package import Planning
import SystemPackage

/// The kernel's own log, as far back as it reaches.
package enum KernelLog {
    fileprivate static let path: FilePath = "/dev/kmsg"
    /// The kernel hands out at most this much at once (CONSOLE_EXT_LOG_MAX in kernel/printk).
    private static let longestRecord = 8 << 10

    /// All of it, a record a line, each behind its priority and time as /dev/kmsg has them.
    ///
    /// - Throws: where the log may not be read, which takes CAP_SYSLOG on most hosts.
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
