import Glibc
import SystemPackage

/// Fails with the `Errno` of a call that reports -1.
@discardableResult
func check<Value: SignedInteger>(_ value: Value) throws -> Value {
    guard value != -1 else { throw Errno(rawValue: errno) }
    return value
}

/// - Parameter mode: what it gets, whatever the umask is.
func makeDirectory(_ path: FilePath, mode: mode_t = 0o755) throws {
    try check(unsafe mkdir(path.string, 0o700))
    try change(path, mode: mode)
}

func write(_ content: some Sequence<UInt8>, to path: FilePath, mode: mode_t = 0o444) throws {
    let file = try FileDescriptor.open(
        path,
        .writeOnly,
        options: [.create, .truncate],
        permissions: .ownerReadWrite
    )
    _ = try file.closeAfter { try file.writeAll(content) }
    try change(path, mode: mode)
}

func makePipe(_ path: FilePath, mode: mode_t) throws {
    try check(unsafe mkfifo(path.string, mode))
}

func makeDevice(_ path: FilePath, mode: mode_t, device: dev_t) throws {
    try check(unsafe mknod(path.string, mode, device))
}

func makeLink(_ path: FilePath, to target: String) throws {
    try check(unsafe symlink(target, path.string))
}

func makeHardLink(_ path: FilePath, to target: FilePath) throws {
    try check(unsafe link(target.string, path.string))
}

func change(_ path: FilePath, mode: mode_t) throws {
    try check(unsafe chmod(path.string, mode))
}

func change(_ path: FilePath, owner: uid_t, group: gid_t) throws {
    try check(unsafe chown(path.string, owner, group))
}

func resize(_ path: FilePath, to byteCount: Int) throws {
    try check(unsafe truncate(path.string, byteCount))
}

func move(_ path: FilePath, to target: FilePath) throws {
    try check(unsafe rename(path.string, target.string))
}

func removeFile(_ path: FilePath) throws {
    try check(unsafe unlink(path.string))
}

func changeDirectory(_ path: FilePath) throws {
    try check(unsafe chdir(path.string))
}

/// All that a descriptor has to read, from where it stands.
func bytes(of descriptor: FileDescriptor) throws -> [UInt8] {
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

func bytes(of path: FilePath) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly)
    return try file.closeAfter { try bytes(of: file) }
}

/// The descriptors, among the first 80, that an exec would leave open.
func inheritable() -> [Int32] {
    (0..<200).filter { fcntl($0, F_GETFD) == 0 }
}
