import Glibc
package import Planning
package import SystemPackage

/// Files of the host that are read whole: configurations and what a command line includes.
package enum HostFiles {
    /// The longest file that is read: as much as /etc/pve can hold in all its files.
    package static let maximumByteCount = 16 << 20

    /// A configuration file: owned by root or the launcher's user, and nobody else may write to it
    /// or replace it, because it says which digests count. (What /etc/pve shows, root:www-data
    /// 0640, passes.)
    ///
    /// - Returns: `nil` only if there is no such file; a broken symbolic link is
    ///   an error, because there should be a file.
    package static func configuration(at path: FilePath) throws(HostFileError) -> [UInt8]? {
        let file: RegularFile
        do throws(RegularFile.OpenError) {
            file = try openedAsItIsReplaced(path)
        } catch .failed(.noSuchFileOrDirectory) {
            guard try isLink(path) else { return nil }
            throw .danglingSymbolicLink(path: path)
        } catch {
            throw failure(error, path)
        }
        try requireTrusted(file.status, path)
        let way = TrustedPath(to: path)
        if let errno = way.failure { throw .unreadable(path: path, errno: errno) }
        if let place = way.untrusted { throw .exchangeable(path: path, by: place) }
        return try content(of: file, path)
    }

    /// Configurations are replaced by renaming, and such a replacement is not a reason to refuse a
    /// VM. Whichever file is opened is looked at as a whole.
    private static func openedAsItIsReplaced(
        _ path: FilePath,
        attempts: Int = 100,
    ) throws(RegularFile.OpenError) -> RegularFile {
        do throws(RegularFile.OpenError) {
            return try RegularFile(opening: path)
        } catch .replaced where attempts > 1 {
            return try openedAsItIsReplaced(path, attempts: attempts - 1)
        }
    }

    /// - Throws: ``HostFileError/notRegularFile(path:found:)`` for a block device, whose size
    ///   stat(2) does not tell.
    package static func byteCount(ofRegularFile path: FilePath) throws(HostFileError) -> Int64 {
        let status = try rethrowing(as: { failure(.failed($0), path) }) { () throws(Errno) in
            try Stat(at: path)
        }
        guard status.type == .regular else {
            throw .notRegularFile(path: path, found: status.type)
        }
        return status.size
    }

    private static func requireTrusted(_ status: Stat, _ path: FilePath) throws(HostFileError) {
        let user = UserID(rawValue: geteuid())
        guard status.isOwned(byRootOr: user) else {
            throw .foreignOwner(path: path, owner: status.userID.rawValue, user: user.rawValue)
        }
        guard !status.isWritableByOthers else {
            throw .writableByOthers(path: path, mode: status.permissions)
        }
    }

    static func content(
        of file: borrowing RegularFile,
        _ path: FilePath,
        limit: Int = maximumByteCount,
    ) throws(HostFileError) -> [UInt8] {
        let content = try rethrowing(as: { failure(.failed($0), path) }) { () throws(Errno) in
            try file.descriptor.readToEnd(limit: limit, expecting: Int(clamping: file.status.size))
        }
        guard let content else { throw .tooLarge(path: path, limit: limit) }
        // Somebody is writing it: a shorter configuration would be a weaker one. (Files that the
        // kernel makes up, as in /proc, have no size.)
        guard file.status.size == 0 || Int(file.status.size) == content.count else {
            throw .changed(path: path)
        }
        return content
    }

    /// A broken symbolic link counts too.
    static func isAnythingAt(_ path: FilePath) throws(HostFileError) -> Bool {
        do throws(Errno) {
            _ = try Stat(at: path, followingLinks: false)
            return true
        } catch .noSuchFileOrDirectory {
            return false
        } catch {
            throw .unreadable(path: path, errno: error)
        }
    }

    private static func isLink(_ path: FilePath) throws(HostFileError) -> Bool {
        try type(of: path) == .symbolicLink
    }

    /// Of what has this name; `nil` if nothing has.
    private static func type(of path: FilePath) throws(HostFileError) -> FileType? {
        do throws(Errno) {
            return try Stat(at: path, followingLinks: false).type
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .unreadable(path: path, errno: error)
        }
    }

    static func failure(_ error: RegularFile.OpenError, _ path: FilePath) -> HostFileError {
        switch error {
        case .notRegular(let type): .notRegularFile(path: path, found: type)
        case .replaced: .replaced(path: path)
        case .failed(.noSuchFileOrDirectory): .missing(path: path)
        case .failed(let errno): .unreadable(path: path, errno: errno)
        }
    }
}

extension HostFiles {
    /// Puts the content in a file's place, whole or not at all: for files that others read at any
    /// time, and that nothing of ours trusts. Only a regular file, or nothing, is replaced: a device
    /// or a pipe would be gone.
    package static func replace(_ path: FilePath, with bytes: [UInt8]) throws(HostFileError) {
        if let found = try type(of: path), found != .regular {
            throw .notRegularFile(path: path, found: found)
        }
        // One name for all: what a killed process left there goes away with the next.
        let temporary = FilePath("\(path.string).qemu-launcher.tmp")
        _ = unsafe temporary.withPlatformString { unsafe unlink($0) }
        do throws(Errno) {
            try write(bytes, toNew: temporary)
            _ = try unsafe temporary.withPlatformString { from in
                unsafe path.withPlatformString { to in
                    systemCall { unsafe rename(from, to) }
                }
            }.get()
        } catch {
            _ = unsafe temporary.withPlatformString { unsafe unlink($0) }
            throw .notReplaced(path: path, errno: error)
        }
    }

    /// Takes a file away; one that is not there is no failure.
    package static func remove(_ path: FilePath) throws(HostFileError) {
        let result = unsafe path.withPlatformString { path in
            systemCall { unsafe unlink(path) }
        }
        do throws(Errno) {
            _ = try result.get()
        } catch .noSuchFileOrDirectory {
            return
        } catch {
            throw .notReplaced(path: path, errno: error)
        }
    }

    /// A regular file of any owner: for files that are only read.
    package static func content(at path: FilePath, limit: Int) throws(HostFileError) -> [UInt8] {
        try content(of: try open(path, limit: limit), path, limit: limit)
    }

    /// Makes a file that was not there, of the user's own; whatever has the name stays as it is.
    package static func create(_ path: FilePath, _ bytes: [UInt8]) throws(HostFileError) {
        try rethrowing(as: { HostFileError.notReplaced(path: path, errno: $0) }) {
            () throws(Errno) in
            try write(bytes, toNew: path)
        }
    }

    private static func write(_ bytes: [UInt8], toNew path: FilePath) throws(Errno) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let created = unsafe path.withPlatformString { path in
            systemCall { unsafe Glibc.open(path, flags, 0o644) }
        }
        try OwnedDescriptor(takingOver: try created.get()).write(bytes)
    }

    /// A regular file of at most `limit` bytes.
    static func open(_ path: FilePath, limit: Int) throws(HostFileError) -> RegularFile {
        let file: RegularFile
        do throws(RegularFile.OpenError) {
            file = try RegularFile(opening: path)
        } catch {
            throw failure(error, path)
        }
        guard file.status.size <= limit else { throw .tooLarge(path: path, limit: limit) }
        return file
    }
}

extension HostFiles {
    /// A variable store: a regular file or a block device. `nil` if it cannot be read.
    static func variableStore(at path: FilePath) -> VariableStoreFile? {
        do {
            // Opening anything else might act on it.
            guard [.regular, .blockSpecial].contains(try Stat(at: path).type) else { return nil }
            let file = try OwnedDescriptor(
                opening: path,
                flags: O_RDONLY | O_NONBLOCK | O_NOCTTY,
            )
            let status = try file.status()
            let byteCount: Int
            switch status.type {
            case .regular: byteCount = Int(status.size)
            // Whose size stat(2) does not tell.
            case .blockSpecial: byteCount = try file.endOfDevice()
            default: return nil
            }
            return VariableStoreFile(
                start: try file.read(atMost: VariableStoreFile.startByteCount),
                byteCount: UInt64(clamping: byteCount),
            )
        } catch {
            return nil
        }
    }

    package static func isDirectory(_ path: FilePath) -> Bool {
        do throws(Errno) { return try Stat(path).type == .directory } catch { return false }
    }

    package static func isRegularFile(_ path: FilePath) -> Bool {
        do throws(HostFileError) {
            _ = try byteCount(ofRegularFile: path)
            return true
        } catch {
            return false
        }
    }
}

extension OwnedDescriptor {
    /// How long a block device is, in bytes; reading goes on from its start.
    fileprivate borrowing func endOfDevice() throws(Errno) -> Int {
        let number = number
        let end = try systemCall { lseek(number, 0, SEEK_END) }.get()
        _ = try systemCall { lseek(number, 0, SEEK_SET) }.get()
        return end
    }
}

extension HostFiles {
    /// Those directories that nobody but root and the launcher's user can put a file into, now or
    /// by exchanging a directory above. A missing directory counts if nobody else can make it.
    package static func ownDirectories(among paths: [ByteString]) -> [ByteString] {
        paths.filter { path in
            let path = FilePath(path)
            do throws(Errno) {
                return try isOwnDirectory(path)
            } catch .noSuchFileOrDirectory {
                return path.isAbsolute && TrustedPath(to: path).untrusted == nil
            } catch {
                return false
            }
        }
    }

    /// The sticky bit is no excuse here: it does not keep others from adding files.
    static func isOwnDirectory(_ path: FilePath) throws(Errno) -> Bool {
        let way = TrustedPath(to: path)
        if let failure = way.failure { throw failure }
        guard path.isAbsolute, way.untrusted == nil else { return false }
        let status = try Stat(at: path)
        return status.type == .directory && !status.isWritableByOthers
    }
}
