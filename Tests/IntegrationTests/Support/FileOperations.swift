import Foundation
import Glibc
import Synchronization

func read(_ path: String) throws -> Data {
    try Data(contentsOf: URL(filePath: path))
}

/// - Parameter mode: what the file gets, whatever the umask is.
func write(_ content: Data, to path: String, mode: mode_t = 0o444) throws {
    try forking.withLock { _ in try content.write(to: URL(filePath: path)) }
    try change(path, mode: mode)
}

/// Held while a file is written, and while a child is made. Until it becomes a program, a child has
/// everything open that its parent had, and the launcher refuses an image that somebody is writing.
let forking = Mutex(())

func makeDirectory(_ path: String, mode: mode_t = 0o755) throws {
    try check(unsafe mkdir(path, 0o700))
    try change(path, mode: mode)
}

func change(_ path: String, mode: mode_t) throws {
    try check(unsafe chmod(path, mode))
}

func remove(_ path: String) throws {
    try check(unsafe Glibc.remove(path))
}

func move(_ path: String, to target: String) throws {
    try check(unsafe rename(path, target))
}

func link(_ path: String, to target: String) throws {
    try check(unsafe symlink(target, path))
}

/// Changes the content, as root or the file's owner can whatever its mode is.
func overwrite(_ path: String, with content: Data) throws {
    try change(path, mode: 0o644)
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.write(contentsOf: content)
    try file.truncate(atOffset: UInt64(content.count))
    try file.close()
    try change(path, mode: 0o444)
}

/// /dev/null, for reading and writing. Foundation's own null device is no descriptor on Linux.
let nullDevice = FileHandle(
    fileDescriptor: unsafe open("/dev/null", O_RDWR | O_CLOEXEC),
    closeOnDealloc: true,
)
