import Foundation

/// A connection to a unix socket of QEMU's, most of all to its monitor.
final class MonitorConnection {
    private let socket: Int32
    private var pending: [UInt8] = []
    private(set) var events: [String] = []

    /// - Returns: `nil` where nobody listens there.
    init?(_ path: String) {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
            for (index, byte) in path.utf8.prefix(field.count - 1).enumerated() {
                unsafe field[index] = byte
            }
        }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket, $0, length)
            }
        }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        unsafe setsockopt(
            socket,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &limit,
            socklen_t(MemoryLayout<timeval>.size)
        )
        if result != 0 { return nil }
    }

    deinit {
        close(socket)
    }

    /// - Returns: up to `count` bytes.
    func read(_ count: Int) -> [UInt8] {
        while pending.count < count, fill() {}
        let bytes = Array(pending.prefix(count))
        pending.removeFirst(bytes.count)
        return bytes
    }

    /// Sends a text with a zero after it.
    ///
    /// - Returns: up to `count` bytes.
    func ask(_ text: String, _ count: Int) -> [UInt8] {
        let bytes = Array(text.utf8) + [0]
        _ = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        return read(count)
    }

    /// - Returns: the answer, or `nil` where the connection ended.
    func send(_ text: String) -> [String: Any]? {
        let bytes = Array((text + "\n").utf8)
        // A QEMU that has ended must not end the test.
        let sent = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard sent == bytes.count else { return nil }
        while let message = message() {
            if message["return"] != nil || message["error"] != nil { return message }
        }
        return nil
    }

    /// - Returns: whether the event came, now or before.
    func wait(for event: String) -> Bool {
        while !events.contains(event) {
            if message() == nil { return false }
        }
        return true
    }

    /// Reads until QEMU closes the connection.
    func drain() { while message() != nil {} }

    /// The next object that QEMU sends; events are noted on the way.
    func message() -> [String: Any]? {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(pending[..<end])
                pending.removeSubrange(...end)
                let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any]
                guard let object else { continue }
                if let event = object["event"] as? String { events.append(event) }
                return object
            }
            guard fill() else { return nil }
        }
    }

    private func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var count = -1
        // A read with a time limit is not taken up again by itself when a signal came in.
        repeat {
            count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(socket, $0.baseAddress, $0.count)
            }
        } while count < 0 && errno == EINTR
        guard count > 0 else { return false }
        pending += buffer[..<count]
        return true
    }
}
