import Glibc
package import Planning
import SystemPackage

/// What the caller sends to a command.
package enum StandardInput {
    /// Hands over every line until the input ends; of a line longer than any log has, the start.
    package static func lines(_ body: (ByteString) -> Void) throws(HostError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { unsafe buffer.deallocate() }
        var line: [UInt8] = []
        while true {
            let count: Int
            do throws(Errno) {
                count = try systemCall {
                    unsafe read(STDIN_FILENO, buffer.baseAddress, buffer.count)
                }.get()
            } catch {
                throw .systemCallFailed(
                    operation: "reading standard input",
                    path: nil,
                    errno: error
                )
            }
            guard count > 0 else { break }
            for byte in unsafe Array(buffer[..<count]) {
                if byte == UInt8(ascii: "\n") {
                    body(ByteString(line))
                    line.removeAll(keepingCapacity: true)
                } else if line.count < 64 << 10 {
                    line.append(byte)
                }
            }
        }
        if !line.isEmpty { body(ByteString(line)) }
    }
}
