import Foundation
import Glibc
import Synchronization
import SystemPackage
import TestSupport

/// A VM's serial console, read by a thread of its own. A guest drops what nobody takes for a second,
/// and one whose console was full when its state was saved says nothing after that is loaded.
final class SerialConsole {
    private let socket: UnixSocket
    private let received = Received()

    private final class Received: Sendable {
        let bytes = Mutex(Data())
        let isOpen = Atomic(true)
    }

    init(_ path: String) throws {
        socket = try UnixSocket(path)
        let number = try check(fcntl(socket.descriptor, F_DUPFD_CLOEXEC, 0))
        Thread.detachNewThread { [received] in
            while let bytes = Self.next(of: number) { received.bytes.withLock { $0 += bytes } }
            received.isOpen.store(false, ordering: .releasing)
            close(number)
        }
    }

    deinit { shutdown(socket.descriptor, Int32(SHUT_RDWR)) }

    func send(_ text: String) throws { try socket.send(text) }

    /// All that has arrived and was not read yet.
    func arrived() throws -> Data {
        let isOpen = received.isOpen.load(ordering: .acquiring)
        let bytes = received.bytes.withLock { bytes in
            defer { bytes = Data() }
            return bytes
        }
        guard isOpen || !bytes.isEmpty else { throw Errno.connectionReset }
        return bytes
    }

    /// Waits for more. `nil` once it is closed.
    private static func next(of number: Int32) -> Data? {
        var buffer = [UInt8](repeating: 0, count: 1 << 12)
        while true {
            let count = unsafe read(number, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            return count > 0 ? Data(buffer.prefix(count)) : nil
        }
    }
}
