import Glibc
import Planning
package import SystemPackage

/// The image to be added: a file, or what a pipe brings.
package struct ImageSource: ~Copyable {
    /// As the operator named it, for messages.
    package let name: String
    /// For progress; `nil` where the size is not known beforehand.
    package let byteCount: Int?
    let descriptor: OwnedDescriptor

    package init(_ path: FilePath) throws(StoreError) {
        let source = path.string
        let unreadable = { StoreError.sourceUnreadable(source: source, errno: $0) }
        let opened = try rethrowing(as: unreadable) { () throws(Errno) in
            try OwnedDescriptor(opening: path, flags: O_RDONLY | O_NOCTTY)
        }
        let status = try rethrowing(as: unreadable) { () throws(Errno) in
            try opened.status()
        }
        guard status.type != .directory else { throw unreadable(.isDirectory) }
        name = source
        byteCount = status.type == .regular ? Int(exactly: status.size) : nil
        descriptor = opened
    }

    /// - Returns: what was read; 0 at the end.
    borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Int {
        do throws(Errno) {
            return unsafe try descriptor.read(into: buffer)
        } catch {
            throw .sourceUnreadable(source: name, errno: error)
        }
    }
}
