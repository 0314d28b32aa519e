import Glibc
import SystemPackage

/// A datagram socket with a name, as the system's log has one.
final class DatagramListener: Sendable {
    let path: FilePath
    private let socket: FileDescriptor

    init(at path: FilePath) throws {
        self.path = path
        socket = FileDescriptor(
            rawValue: try check(Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
        )
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: Array(path.string.utf8).prefix($0.count - 1))
        }
        let number = socket.rawValue
        try unsafe withUnsafePointer(to: &address) { address in
            try unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let size = socklen_t(MemoryLayout<sockaddr_un>.size)
                _ = try check(unsafe bind(number, address, size))
            }
        }
    }

    deinit {
        close(socket.rawValue)
    }

    /// What was sent and is not received yet; `nil` for nothing. Never waits.
    func receive() throws -> String? {
        var buffer = [UInt8](repeating: 0, count: 8192)
        let number = socket.rawValue
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe recv(number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
        }
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
