import Glibc
import Planning
import SystemPackage

/// Walks to a file as the kernel would, and finds out who could replace it: every directory on the
/// way, also on the way of each symbolic link, has to belong to root or the launcher's user, and
/// nobody else may write to it. In a directory with the sticky bit, such as /tmp, others can add
/// names that are missing, but not take away those of root.
struct TrustedPath {
    /// The first place on the way that others may change; `nil` if there is none.
    private(set) var untrusted: FilePath?
    /// Why the walk ended before the file; `nil` if it did not.
    private(set) var failure: Errno?
    private var lastDirectory = FilePath("/")

    private static let user = UserID(rawValue: geteuid())
    /// `MAXSYMLINKS` of Linux.
    private static let maximumLinkCount = 40

    init(to path: FilePath) {
        do throws(Errno) {
            try walk(to: path)
        } catch {
            failure = error
            guard untrusted == nil else { return }
            // Everybody who may add names there may add the missing one.
            do throws(Errno) {
                if try Stat(at: lastDirectory).isWritableByOthers { untrusted = lastDirectory }
            } catch {
                failure = error
            }
        }
    }

    private mutating func walk(to path: FilePath) throws(Errno) {
        var rest = path.isAbsolute ? path : try FilePath.workingDirectory().pushing(path)
        var links = 0
        var walked = FilePath("/")
        try look(at: walked)
        while let name = rest.components.first {
            rest = FilePath(root: nil, rest.components.dropFirst())
            lastDirectory = walked
            let next = walked.appending(name)
            // What is there depends on processes: descriptors of QEMU itself, files of others.
            if next == "/proc" { untrusted = untrusted ?? next }
            if name.kind == .parentDirectory {
                walked.removeLastComponent()
                continue
            }
            guard name.kind == .regular else { continue }
            let status = try Stat(at: next, followingLinks: false)
            guard status.type == .symbolicLink else {
                try look(at: next)
                walked = next
                continue
            }
            if !status.isOwned(byRootOr: Self.user) { untrusted = untrusted ?? next }
            links += 1
            guard links <= Self.maximumLinkCount else { throw .tooManySymbolicLinkLevels }
            let target = try next.linkTarget()
            if target.isAbsolute { walked = "/" }
            rest = FilePath(root: nil, target.components).pushing(rest)
        }
    }

    private mutating func look(at path: FilePath) throws(Errno) {
        guard untrusted == nil else { return }
        let status = try Stat(at: path, followingLinks: false)
        let isShared =
            status.isWritableByOthers
            && !(status.type == .directory && status.permissions.contains(.saveText))
        if isShared || !status.isOwned(byRootOr: Self.user) { untrusted = path }
    }

}

extension FilePath {
    /// Where relative paths begin.
    static func workingDirectory() throws(Errno) -> FilePath {
        try FilePath("/proc/self/cwd").linkTarget()
    }

    /// What a symbolic link holds.
    fileprivate func linkTarget() throws(Errno) -> FilePath { FilePath(try linkContent()) }

    /// The same, as bytes.
    func linkContent() throws(Errno) -> ByteString {
        var failure: Errno?
        let characters = unsafe [CChar](unsafeUninitializedCapacity: Int(PATH_MAX)) {
            buffer,
            count in
            guard let start = buffer.baseAddress else { return }
            do throws(Errno) {
                count = unsafe try withPlatformString { path in
                    systemCall { unsafe readlink(path, start, buffer.count) }
                }.get()
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return ByteString(characters.map { UInt8(bitPattern: $0) })
    }
}

extension Stat {
    func isSameFile(as other: Stat) -> Bool {
        deviceID == other.deviceID && inode == other.inode
    }

    /// Whether the group or everyone may write. The sticky bit is no excuse: it keeps others from
    /// removing entries of a directory, not from adding them.
    var isWritableByOthers: Bool {
        !permissions.isDisjoint(with: [.groupWrite, .otherWrite])
    }

    /// Whether root or `user` owns the file: nobody else may change or replace it then.
    func isOwned(byRootOr user: UserID) -> Bool {
        userID.rawValue == 0 || userID == user
    }
}

extension FileType {
    /// For messages.
    var displayName: String {
        switch self {
        case .regular: "a regular file"
        case .directory: "a directory"
        case .symbolicLink: "a symbolic link"
        case .fifo: "a named pipe (FIFO)"
        case .socket: "a socket"
        case .characterSpecial: "a character device"
        case .blockSpecial: "a block device"
        default: "of an unknown type"
        }
    }
}

extension FilePermissions {
    /// As chmod(1) takes them: `0644`.
    var octal: String {
        let digits = String(rawValue & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
