import Glibc
package import SystemPackage

/// Files of the host that are read whole: configurations and what a command line includes.
package enum HostFiles {
    /// The longest file that is read: as much as /etc/pve could hold in all its files is plenty.
    package static let maximumByteCount = 16 << 20

    /// A configuration file: owned by root or the launcher's user, and nobody else may write to
    /// it or put another in its place, because it says which digests count. (What /etc/pve shows,
    /// root:www-data 0640, passes.)
    ///
    /// - Returns: `nil` only where there is no such file; a symbolic link that leads nowhere is
    ///   an error, because somebody meant a file to be there.
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

    /// Configurations are replaced by renaming, and that one was just then is no reason to refuse a
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

    /// Also a symbolic link that leads nowhere is something.
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
        do throws(Errno) {
            return try Stat(at: path, followingLinks: false).type == .symbolicLink
        } catch .noSuchFileOrDirectory {
            return false
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
