package import Foundation
import Glibc
import SystemPackage

/// QEMU's machine protocol (QMP), as far as a test needs it.
package final class QMPClient {
    private let socket: UnixSocket
    private var events: Set<String> = []
    /// How long an answer may take.
    private let limit: Duration

    package init(_ path: String, waiting limit: Duration = patience) async throws {
        self.limit = limit
        socket = try UnixSocket(path)
        try await execute("qmp_capabilities")
    }

    /// Waits for its answer, past greetings and events.
    ///
    /// - Parameter arguments: an object in JSON.
    /// - Returns: the line with the answer.
    @discardableResult
    package func execute(_ command: String, _ arguments: String = "{}") async throws -> Data {
        try socket.send("{\"execute\":\"\(command)\",\"arguments\":\(arguments)}\n")
        let answer = try await eventually(within: limit, every: .milliseconds(1)) { () -> Data? in
            while let line = try socket.nextLine() {
                let message = try JSONDecoder().decode(Message.self, from: line)
                if let event = message.event { events.insert(event) }
                if let error = message.error {
                    throw Refused(command: command, answer: text(line), reason: error.desc)
                }
                if message.isAnswer { return line }
            }
            return nil
        }
        guard let answer else { throw silence(after: command) }
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
            while !events.contains(event), let line = try socket.nextLine() {
                let message = try JSONDecoder().decode(Message.self, from: line)
                if let name = message.event { events.insert(name) }
            }
            return events.remove(event).map { _ in true }
        }
        guard came == true else { throw silence(after: event) }
    }

    /// Waits until QEMU closes the connection, which is when it ends.
    package func drain() async {
        _ = try? await eventually(within: limit) { () -> Bool? in
            while try socket.nextLine() != nil {}
            return nil
        }
    }

    /// Tells QEMU to end and waits a moment for it, without being async: for a `defer`.
    package func quit() {
        do {
            try socket.send(#"{"execute":"quit"}"# + "\n")
            for _ in 0..<200 {
                while try socket.nextLine() != nil {}
                usleep(10_000)
            }
        } catch {
            // It has closed the connection.
        }
    }

    /// What QEMU answered, and why in its own words; neither where it did not answer in time.
    package struct Refused: Error {
        /// Or the event that did not come.
        package let command: String
        package var answer: String?
        package var reason: String?
        /// What QEMU and what it started do instead.
        package var activity: String?
    }

    private func silence(after command: String) -> Refused {
        Refused(command: command, activity: socket.peer.map(Processes.activity))
    }

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

    private func text(_ line: Data) -> String { String(decoding: line, as: UTF8.self) }
}

/// A connection to a unix socket of QEMU's.
package final class UnixSocket {
    private let file: FileHandle
    private var received = Data()

    package var descriptor: Int32 { file.fileDescriptor }

    /// The process that listens on it; `nil` where the kernel does not tell.
    var peer: pid_t? {
        // `struct ucred`: the process, its user and its group.
        var identity: [pid_t] = [0, 0, 0]
        var size = socklen_t(MemoryLayout<pid_t>.size * identity.count)
        let status = unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &identity, &size)
        return status == 0 ? identity[0] : nil
    }

    package init(_ path: String) throws {
        let number = try check(
            Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        )
        file = FileHandle(fileDescriptor: number, closeOnDealloc: true)
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
    }

    /// A QEMU that has ended must not end the test.
    package func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        let sent = try check(
            unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(
                    file.fileDescriptor,
                    $0.baseAddress,
                    $0.count,
                    Int32(MSG_NOSIGNAL)
                )
            }
        )
        guard sent == bytes.count else { throw Errno.noBufferSpace }
    }

    /// So many bytes, or fewer where the other side closes it or takes too long.
    package func read(_ count: Int, within limit: Duration = patience) async throws -> Data {
        _ = try await eventually(within: limit) { () -> Bool? in
            do {
                while received.count < count { guard try fill() else { return nil } }
            } catch Errno.connectionReset {
                // What there is, is all.
            }
            return true
        }
        return received.prefix(count)
    }

    /// `nil` where no whole line has arrived yet.
    package func nextLine() throws -> Data? {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(received[..<end])
                received = Data(received[(end + 1)...])
                return line
            }
            guard try fill() else { return nil }
        }
    }

    /// - Returns: whether something had arrived.
    private func fill() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let number = file.fileDescriptor
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe recv(number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return false }
        // QEMU has closed it.
        guard count > 0 else { throw count < 0 ? Errno(rawValue: errno) : .connectionReset }
        received += buffer.prefix(count)
        return true
    }
}
