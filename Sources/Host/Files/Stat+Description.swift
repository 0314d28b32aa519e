import SystemPackage

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
