import Glibc
package import Planning
import SystemPackage

/// The kernel's own log, as far back as it reaches.
package enum KernelLog {
    private static let path: FilePath = "/dev/kmsg"
    /// The kernel hands out at most this much at once (CONSOLE_EXT_LOG_MAX in kernel/printk).
    private static let longestRecord = 8 << 10

    /// All of it, a record a line, each behind its priority and time as /dev/kmsg has them.
    ///
    /// - Throws: where the log may not be read, which takes CAP_SYSLOG on most hosts.
    package static func content() throws(HostError) -> ByteString {
        do throws(Errno) {
            let log = try OwnedDescriptor(opening: path, flags: O_RDONLY | O_NONBLOCK)
            return ByteString(try records(of: log))
        } catch {
            throw .systemCallFailed(operation: "reading the log", path: path, errno: error)
        }
    }

    private static func records(of log: borrowing OwnedDescriptor) throws(Errno) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: longestRecord,
            alignment: 16,
        )
        defer { unsafe buffer.deallocate() }
        var content: [UInt8] = []
        while content.count < HostFiles.maximumByteCount {
            do throws(Errno) {
                let count = unsafe try log.read(into: buffer)
                guard count > 0 else { break }
                unsafe content.append(contentsOf: buffer[..<count])
            } catch .resourceTemporarilyUnavailable {
                break
            } catch .brokenPipe {
                // A record was overwritten before it was read: the next read goes on after it.
                continue
            }
        }
        return content
    }
}
