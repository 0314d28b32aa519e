import Glibc
import SystemPackage

/// A directory of a test's own, mode 0755 whatever the umask, removed with everything in it.
final class TemporaryDirectory: Sendable {
    let path: FilePath

    init() throws {
        var template = Array("/tmp/qemu-launcher-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(platformString: template)
        try change(path, mode: 0o755)
    }

    deinit {
        remove()
    }

    /// For processes that end without tidying up.
    func remove() {
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
