package import Planning
package import SystemPackage

/// Why QEMU did not take the launcher's place.
package enum ExecutionError: Failure {
    case notFound(tried: [FilePath])
    case notRegularFile(path: FilePath, found: FileType)
    /// The configured QEMU is the launcher, which would start itself for ever.
    case isLauncherItself(path: FilePath)
    /// - Parameter operation: what failed: `open`, `execve`, ...
    case failed(operation: String, path: FilePath, errno: Errno)
    /// The one exec that the filter permits was not permitted in time.
    case notPermitted(path: FilePath)
    /// An argument or environment entry would end at its NUL, and mean something else.
    case containsNUL(ByteString)
    case host(HostError)

    package var message: String {
        switch self {
        case .notFound(let tried):
            "QEMU \(tried.map { quoted($0) }.joined(separator: ", ")) not found"
        case .notRegularFile(let path, let found):
            "QEMU \(quoted(path)): not a program (found \(found.displayName))"
        case .isLauncherItself(let path):
            "QEMU \(quoted(path)) is the launcher itself"
        case .failed(let operation, let path, let errno):
            "QEMU \(quoted(path)): \(operation) failed: \(errno)"
        case .notPermitted(let path):
            "QEMU \(quoted(path)): the seccomp filter did not permit the exec"
        case .containsNUL(let text):
            "argument contains a NUL: \(quoted(text))"
        case .host(let error):
            error.message
        }
    }

    package var hint: String? {
        switch self {
        case .notFound, .isLauncherItself:
            "set 'qemu' in the 'launcher:' section of the configuration to QEMU's own path"
        case .failed(_, _, .noSuchFileOrDirectory):
            "the program is there; the interpreter or loader that it names is not"
        case .notPermitted:
            "something around the launcher may intercept seccomp notifications"
        case .notRegularFile, .failed, .containsNUL: nil
        case .host(let error): error.hint
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .notFound: .notFound
        case .notRegularFile, .failed, .notPermitted: .cannotExecute
        case .isLauncherItself: .configuration
        case .containsNUL: .software
        case .host(let error): error.exitStatus
        }
    }
}
