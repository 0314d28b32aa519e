import Foundation
import Glibc
import SystemPackage

/// QEMU's machine protocol (QMP), as far as a test needs it.
final class Monitor {
    private let socket: FileHandle
    private var received = Data()
    private var events: Set<String> = []
    /// How long an answer may take.
    private let limit: Duration

    init(_ path: String, waiting limit: Duration = .seconds(20)) async throws {
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
    func execute(_ command: String, _ arguments: String = "{}") async throws -> Data {
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
    func ask<Answer: Decodable>(
        _ command: String,
        _ arguments: String = "{}",
        for type: Answer.Type = Answer.self,
    ) async throws -> Answer {
        let line = try await execute(command, arguments)
        return try JSONDecoder().decode(Reply<Answer>.self, from: line).return
    }

    /// Waits until an event has come, now or before, and forgets it.
    func wait(for event: String) async throws {
        let came = try await eventually(within: limit, every: .milliseconds(1)) { () -> Bool? in
            while !events.contains(event), let line = try nextLine() {
                let message = try JSONDecoder().decode(Message.self, from: line)
                if let name = message.event { events.insert(name) }
            }
            return events.remove(event).map { _ in true }
        }
        guard came == true else { throw Refused(answer: nil) }
    }

    struct Refused: Error { let answer: String? }

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
