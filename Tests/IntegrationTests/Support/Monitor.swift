import Foundation
import Glibc

/// QEMU's machine protocol (QMP), as far as a test needs it.
final class Monitor {
    private let socket: FileHandle
    private var received = Data()

    init(_ path: String) async throws {
        let number = try check(Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        socket = FileHandle(fileDescriptor: number, closeOnDealloc: true)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: Array(path.utf8).prefix($0.count - 1))
        }
        try unsafe withUnsafePointer(to: &address) { address in
            try unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let size = socklen_t(MemoryLayout<sockaddr_un>.size)
                try check(unsafe connect(number, address, size))
            }
        }
        try await execute("qmp_capabilities")
    }

    /// Waits for its answer, past greetings and events.
    func execute(_ command: String) async throws {
        try socket.write(contentsOf: Data("{\"execute\":\"\(command)\"}\n".utf8))
        let answer = try await eventually { () -> String? in
            while let line = try nextLine() {
                if line.hasPrefix("{\"return\"") || line.hasPrefix("{\"error\"") { return line }
            }
            return nil
        }
        guard let answer, answer.hasPrefix("{\"return\"") else { throw Refused(answer: answer) }
    }

    struct Refused: Error { let answer: String? }

    /// `nil` where no whole line has arrived yet.
    private func nextLine() throws -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let number = socket.fileDescriptor
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe recv(number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
        }
        received += buffer.prefix(max(0, count))
        guard let end = received.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = String(decoding: received[..<end], as: UTF8.self)
        received = Data(received[(end + 1)...])
        return line
    }
}
