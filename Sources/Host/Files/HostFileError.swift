package import Planning
package import SystemPackage

/// Why a file of the host was not read. Configuration errors stop the launch: a shorter
/// configuration than the administrator wrote would be a weaker one.
package enum HostFileError: Failure {
    case missing(path: FilePath)
    case danglingSymbolicLink(path: FilePath)
    case notRegularFile(path: FilePath, found: FileType)
    case replaced(path: FilePath)
    case tooLarge(path: FilePath, limit: Int)
    case foreignOwner(path: FilePath, owner: UInt32, user: UInt32)
    case writableByOthers(path: FilePath, mode: FilePermissions)
    /// Others may put another file in its place: they may write to this directory on the way, or own
    /// it or a symbolic link there.
    case exchangeable(path: FilePath, by: FilePath)
    case unreadable(path: FilePath, errno: Errno)
    /// Somebody else changed it between our reading and writing.
    case changed(path: FilePath)
    /// Others have held its lock, on the file `by`, for longer than we waited.
    case locked(path: FilePath, by: FilePath)
    /// There was a configuration: its directory exists.
    case configurationMissing(path: FilePath)
    /// The file is as it was.
    case notReplaced(path: FilePath, errno: Errno)

    package var message: String {
        switch self {
        case .missing(let path):
            "\(quoted(path)): no such file"
        case .danglingSymbolicLink(let path):
            "\(quoted(path)): the symbolic link is broken"
        case .notRegularFile(let path, let found):
            "\(quoted(path)): not a regular file (found \(found.displayName))"
        case .replaced(let path):
            "\(quoted(path)): replaced by another file while it was opened"
        case .tooLarge(let path, let limit):
            "\(quoted(path)): too large (expected at most \(limit) bytes)"
        case .foreignOwner(let path, let owner, let user):
            "\(quoted(path)): wrong owner (expected \(ownersInWords(user)), found user \(owner))"
        case .writableByOthers(let path, let mode):
            "\(quoted(path)): writable by group or others (mode \(mode.octal))"
        case .exchangeable(let path, let place):
            "\(quoted(path)): others may put another file in its place (by \(quoted(place)))"
        case .unreadable(let path, let errno):
            "\(quoted(path)): cannot be read: \(errno)"
        case .changed(let path):
            "\(quoted(path)): somebody else changed it meanwhile"
        case .locked(let path, _):
            "\(quoted(path)): somebody else is changing it"
        case .configurationMissing(let path):
            "\(quoted(path)): no such file, although its directory exists"
        case .notReplaced(let path, let errno):
            "\(quoted(path)): cannot be written: \(errno)"
        }
    }

    package var hint: String? {
        switch self {
        case .foreignOwner(let path, _, _): "chown root \(quoted(path))"
        case .writableByOthers(let path, _): "chmod go-w \(quoted(path))"
        case .exchangeable(_, let place):
            "give \(quoted(place)) to root and take write permission from others, or keep the file elsewhere"
        case .missing:
            "write the file, or take its name out of the command line or the configuration"
        case .danglingSymbolicLink:
            "mount the link's target, or remove the link"
        case .changed: "try again"
        case .locked(_, let file): "fuser \(quoted(file)) shows who has the lock"
        case .configurationMissing:
            "put it back, or mount its file system; an empty file configures nothing"
        case .unreadable(_, .noFunction): KernelFeature.openBeneath.hint
        case .notRegularFile, .replaced, .tooLarge, .unreadable, .notReplaced: nil
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .missing, .danglingSymbolicLink, .notRegularFile, .replaced, .tooLarge,
            .configurationMissing:
            .configuration
        case .foreignOwner, .writableByOthers, .exchangeable: .notPermitted
        case .unreadable(_, .permissionDenied), .unreadable(_, .notPermitted),
            .notReplaced(_, .permissionDenied), .notReplaced(_, .notPermitted):
            .notPermitted
        case .unreadable(_, .noFunction): .unavailable
        case .unreadable, .notReplaced, .changed, .locked: .systemCallFailed
        }
    }
}

/// Who may own what the launcher trusts.
func ownersInWords(_ user: UInt32) -> String {
    user == 0 ? "root" : "root or user \(user)"
}
