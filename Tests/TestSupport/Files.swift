package import Foundation
import Glibc
package import Planning
package import Synchronization
package import SystemPackage

package func read(_ path: String) throws -> Data {
    try Data(contentsOf: URL(filePath: path))
}

/// - Parameter mode: what the file gets, whatever the umask is.
package func write(_ content: Data, to path: String, mode: mode_t = 0o444) throws {
    try forking.withLock { _ in try content.write(to: URL(filePath: path)) }
    try change(path, mode: mode)
}

/// Held while a file is written, and while a child is made. Until it becomes a program, a child has
/// everything open that its parent had, and the launcher refuses an image that somebody is writing.
package let forking = Mutex(())

package func makeDirectory(_ path: String, mode: mode_t = 0o755) throws {
    try check(unsafe mkdir(path, 0o700))
    try change(path, mode: mode)
}

package func change(_ path: String, mode: mode_t) throws {
    try check(unsafe chmod(path, mode))
}

package func remove(_ path: String) throws {
    try check(unsafe Glibc.remove(path))
}

package func move(_ path: String, to target: String) throws {
    try check(unsafe rename(path, target))
}

package func link(_ path: String, to target: String) throws {
    try check(unsafe symlink(target, path))
}

/// Changes the content, as root or the file's owner can whatever its mode is.
package func overwrite(_ path: String, with content: Data) throws {
    try change(path, mode: 0o644)
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.write(contentsOf: content)
    try file.truncate(atOffset: UInt64(content.count))
    try file.close()
    try change(path, mode: 0o444)
}

/// /dev/null, for reading and writing. Foundation's own null device is no descriptor on Linux.
package let nullDevice = FileHandle(
    fileDescriptor: unsafe open("/dev/null", O_RDWR | O_CLOEXEC),
    closeOnDealloc: true,
)

/// - Parameter mode: what it gets, whatever the umask is.
package func makeDirectory(_ path: FilePath, mode: mode_t = 0o755) throws {
    try check(unsafe mkdir(path.string, 0o700))
    try change(path, mode: mode)
}

package func write(_ content: some Sequence<UInt8>, to path: FilePath, mode: mode_t = 0o444) throws
{
    let file = try FileDescriptor.open(
        path,
        .writeOnly,
        options: [.create, .truncate],
        permissions: .ownerReadWrite
    )
    _ = try file.closeAfter { try file.writeAll(content) }
    try change(path, mode: mode)
}

package func makePipe(_ path: FilePath, mode: mode_t) throws {
    try check(unsafe mkfifo(path.string, mode))
}

package func makeDevice(_ path: FilePath, mode: mode_t, device: dev_t) throws {
    try check(unsafe mknod(path.string, mode, device))
}

package func makeLink(_ path: FilePath, to target: String) throws {
    try check(unsafe symlink(target, path.string))
}

package func makeHardLink(_ path: FilePath, to target: FilePath) throws {
    try check(unsafe link(target.string, path.string))
}

package func change(_ path: FilePath, mode: mode_t) throws {
    try check(unsafe chmod(path.string, mode))
}

package func change(_ path: FilePath, owner: uid_t, group: gid_t) throws {
    try check(unsafe chown(path.string, owner, group))
}

package func resize(_ path: FilePath, to byteCount: Int) throws {
    try check(unsafe truncate(path.string, byteCount))
}

package func move(_ path: FilePath, to target: FilePath) throws {
    try check(unsafe rename(path.string, target.string))
}

package func removeFile(_ path: FilePath) throws {
    try check(unsafe unlink(path.string))
}

package func changeDirectory(_ path: FilePath) throws {
    try check(unsafe chdir(path.string))
}

/// All that a descriptor has to read, from where it stands.
package func bytes(of descriptor: FileDescriptor) throws -> [UInt8] {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = try unsafe buffer.withUnsafeMutableBytes {
            try unsafe descriptor.read(into: $0)
        }
        guard count > 0 else { return content }
        content += buffer.prefix(count)
    }
}

package func bytes(of path: FilePath) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly)
    return try file.closeAfter { try bytes(of: file) }
}

/// The descriptors, among the first 80, that an exec would leave open.
package func inheritable() -> [Int32] {
    (0..<200).filter { fcntl($0, F_GETFD) == 0 }
}

/// A directory of a test's own, mode 0755 whatever the umask, removed with everything in it.
package final class TemporaryDirectory: Sendable {
    package let path: FilePath

    package init() throws {
        var template = Array("/tmp/qemu-launcher-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(platformString: template)
        try change(path, mode: 0o755)
    }

    deinit {
        remove()
    }

    /// For processes that end without tidying up.
    package func remove() {
        removeTree(path)
    }
}

private func removeTree(_ path: FilePath) {
    guard unsafe Glibc.remove(path.string) != 0, let directory = unsafe opendir(path.string) else {
        return
    }
    while let entry = unsafe readdir(directory) {
        let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
            unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { removeTree(path.appending(name)) }
    }
    unsafe closedir(directory)
    unsafe Glibc.remove(path.string)
}

/// A datagram socket with a name, as the system's log has one.
package final class DatagramListener: Sendable {
    package let path: FilePath
    private let socket: FileDescriptor

    package init(at path: FilePath) throws {
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
    package func receive() throws -> String? {
        datagram().map { String(decoding: $0, as: UTF8.self) }
    }

    /// The same, read as the journal reads it (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/).
    ///
    /// - Throws: if it is not in that form, or has a field twice.
    package func receiveEntry() throws -> [String: ByteString]? {
        guard var rest = datagram()?[...] else { return nil }
        var fields: [String: ByteString] = [:]
        while !rest.isEmpty {
            guard let end = rest.firstIndex(of: 0x0A) else { throw NotAnEntry() }
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            var name = line
            var value: ArraySlice<UInt8>
            if let sign = line.firstIndex(of: UInt8(ascii: "=")) {
                name = line[..<sign]
                value = line[(sign + 1)...]
            } else {
                guard rest.count > 8 else { throw NotAnEntry() }
                let count = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
                value = rest.dropFirst(8).prefix(count)
                rest = rest.dropFirst(8 + count)
                guard rest.popFirst() == 0x0A else { throw NotAnEntry() }
            }
            let text = String(decoding: name, as: UTF8.self)
            let isName = text.allSatisfy { $0.isUppercase || $0 == "_" }
            let isNew = fields.updateValue(ByteString(value), forKey: text) == nil
            guard isName, isNew else { throw NotAnEntry() }
        }
        return fields
    }

    private struct NotAnEntry: Error {}

    private func datagram() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        let number = socket.rawValue
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe recv(number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
        }
        return count < 0 ? nil : Array(buffer.prefix(count))
    }
}
