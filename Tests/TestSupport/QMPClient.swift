package import Foundation
import Glibc
import SystemPackage

/// QEMU's machine protocol (QMP), as far as a test needs it.
package final class Monitor {
    private let socket: FileHandle
    private var received = Data()
    private var events: Set<String> = []
    /// How long an answer may take.
    private let limit: Duration

    package init(_ path: String, waiting limit: Duration = .seconds(20)) async throws {
        self.limit = limit
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
    ///
    /// - Parameter arguments: an object in JSON.
    /// - Returns: the line with the answer.
    @discardableResult
    package func execute(_ command: String, _ arguments: String = "{}") async throws -> Data {
        try send("{\"execute\":\"\(command)\",\"arguments\":\(arguments)}\n")
        let answer = try await eventually(within: limit, every: .milliseconds(1)) { () -> Data? in
            while let line = try nextLine() {
                let message = try JSONDecoder().decode(Message.self, from: line)
                if let event = message.event { events.insert(event) }
                if message.error != nil { throw Refused(answer: text(line)) }
                if message.isAnswer { return line }
            }
            return nil
        }
        guard let answer else { throw Refused(answer: nil) }
        return answer
    }

    /// The same, for what the command answers.
    package func ask<Answer: Decodable>(
        _ command: String,
        _ arguments: String = "{}",
        for type: Answer.Type = Answer.self,
    ) async throws -> Answer {
        let line = try await execute(command, arguments)
        return try JSONDecoder().decode(Reply<Answer>.self, from: line).return
    }

    /// Waits until an event has come, now or before, and forgets it.
    package func wait(for event: String) async throws {
        let came = try await eventually(within: limit, every: .milliseconds(1)) { () -> Bool? in
            while !events.contains(event), let line = try nextLine() {
                let message = try JSONDecoder().decode(Message.self, from: line)
                if let name = message.event { events.insert(name) }
            }
            return events.remove(event).map { _ in true }
        }
        guard came == true else { throw Refused(answer: nil) }
    }

    package struct Refused: Error { package let answer: String? }

    private struct Reply<Answer: Decodable>: Decodable { let `return`: Answer }

    /// What tells one line of QEMU's from another.
    private struct Message: Decodable {
        struct Failure: Decodable { let desc: String }

        let event: String?
        let error: Failure?
        let isAnswer: Bool

        enum CodingKeys: String, CodingKey { case event, error, `return` }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            event = try members.decodeIfPresent(String.self, forKey: .event)
            error = try members.decodeIfPresent(Failure.self, forKey: .error)
            isAnswer = members.contains(.return)
        }
    }

    /// A QEMU that has ended must not end the test.
    private func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        let sent = try check(
            unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(
                    socket.fileDescriptor,
                    $0.baseAddress,
                    $0.count,
                    Int32(MSG_NOSIGNAL)
                )
            }
        )
        guard sent == bytes.count else { throw Refused(answer: nil) }
    }

    /// `nil` where no whole line has arrived yet.
    private func nextLine() throws -> Data? {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(received[..<end])
                received = Data(received[(end + 1)...])
                return line
            }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let number = socket.fileDescriptor
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe recv(number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
            }
            if count < 0, errno == EAGAIN || errno == EINTR { return nil }
            // QEMU has closed it.
            guard count > 0 else { throw count < 0 ? Errno(rawValue: errno) : .connectionReset }
            received += buffer.prefix(count)
        }
    }

    private func text(_ line: Data) -> String { String(decoding: line, as: UTF8.self) }
}

/// A connection to a unix socket of QEMU's, most of all to its monitor.
package final class MonitorConnection {
    private let socket: Int32
    private var pending: [UInt8] = []
    package private(set) var events: [String] = []

    /// - Returns: `nil` where nobody listens there.
    package init?(_ path: String) {
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
    package func read(_ count: Int) -> [UInt8] {
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
    package func send(_ text: String) -> [String: Any]? {
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
    package func wait(for event: String) -> Bool {
        while !events.contains(event) {
            if message() == nil { return false }
        }
        return true
    }

    /// Reads until QEMU closes the connection.
    package func drain() { while message() != nil {} }

    /// The next object that QEMU sends; events are noted on the way.
    package func message() -> [String: Any]? {
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
