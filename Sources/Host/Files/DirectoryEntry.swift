import Glibc
package import SystemPackage

/// Names in directories, and what is done to them: one system call each. Links are not followed.
package enum DirectoryEntry {
    package static func exists(at path: FilePath) -> Bool {
        var status = stat()
        return unsafe path.withPlatformString { unsafe lstat($0, &status) } == 0
    }

    /// Where a symbolic link leads; `nil` if it is none.
    package static func targetOfLink(at path: FilePath) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe path.withPlatformString { path in
            unsafe readlink(path, &buffer, buffer.count)
        }
        guard count > 0, count < buffer.count else { return nil }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Makes a symbolic link to `target`, which does not have to exist.
    package static func makeLink(at path: FilePath, to target: String) throws(Errno) {
        try unsafe call(path) { path in
            unsafe target.withCString { unsafe symlink($0, path) }
        }
    }

    /// Makes the directory, if it is not there; its parent has to be.
    ///
    /// - Parameter permissions: less what the umask takes away.
    package static func makeDirectory(
        at path: FilePath,
        permissions: FilePermissions,
    ) throws(Errno) {
        do throws(Errno) {
            try unsafe call(path) { unsafe mkdir($0, permissions.rawValue) }
        } catch .fileExists {
            return
        }
    }

    /// Gives the file at `path` a second name, if nothing has that name yet.
    package static func addName(_ name: FilePath, to path: FilePath) throws(Errno) {
        do throws(Errno) {
            try unsafe call(path) { path in
                unsafe name.withPlatformString { unsafe link(path, $0) }
            }
        } catch .fileExists {
            return
        }
    }

    /// Gives the file at `path` another name in one step, and replaces what had that name.
    package static func move(_ path: FilePath, to name: FilePath) throws(Errno) {
        try unsafe call(path) { path in
            unsafe name.withPlatformString { unsafe rename(path, $0) }
        }
    }

    /// Removes the name, if it exists.
    package static func remove(_ path: FilePath) throws(Errno) {
        do throws(Errno) {
            try unsafe call(path) { unsafe unlink($0) }
        } catch .noSuchFileOrDirectory {
            return
        }
    }

    private static func call(
        _ path: FilePath,
        _ body: (UnsafePointer<CChar>) -> Int32,
    ) throws(Errno) {
        _ = try unsafe path.withPlatformString { path in
            systemCall { unsafe body(path) }
        }.get()
    }
}

/// A directory whose names are safely on the disk after it was synced.
package struct DurableDirectory: ~Copyable {
    private let descriptor: OwnedDescriptor

    /// By open(2), which every kernel has: QEMU is to get its place back on any of them.
    ///
    /// - Throws: the `Errno` of open(2).
    package init(_ path: FilePath) throws(Errno) {
        let opened = unsafe path.withPlatformString { path in
            systemCall { unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        }
        descriptor = OwnedDescriptor(takingOver: try opened.get())
    }

    /// Waits until every change of its names has reached the disk.
    ///
    /// - Throws: the `Errno` of fsync(2).
    package borrowing func sync() throws(Errno) {
        let number = descriptor.number
        _ = try systemCall { fsync(number) }.get()
    }
}
