internal import CLinux
internal import Glibc
internal import Planning
internal import SystemPackage

/// A row about files, with what its path leads to.
struct PlacedRule: ~Copyable {
    let place: OwnedDescriptor
    let access: FileAccess
    /// Whether the kernel may forget the place, and then have another one of that name.
    let isForgotten: Bool

    /// - Returns: `nil` where nothing is there that the row could be about.
    /// - Throws: where the row would let QEMU write where it may not.
    static func find(_ rule: FileRule) throws(LandlockError) -> PlacedRule? {
        guard let seen = try Sight.look(at: rule) else { return nil }
        if let finding = seen.finding { throw .refused(finding) }
        return PlacedRule(
            access: seen.isFolder ? seen.access : seen.access.intersection(.ofFiles),
            isForgotten: rule.isOurs && rule.path.hasPrefix("/proc/"),
            place: seen.intoPlace(),
        )
    }

    private init(access: FileAccess, isForgotten: Bool, place: consuming OwnedDescriptor) {
        self.access = access
        self.isForgotten = isForgotten
        self.place = place
    }

    consuming func intoPlace() -> OwnedDescriptor { place }

    /// What stands against the row, for a launch that goes on all the same.
    static func finding(_ rule: FileRule) throws(LandlockError) -> FileFinding? {
        try Sight.look(at: rule)?.finding
    }
}

/// What a row's path leads to.
private struct Sight: ~Copyable {
    let place: OwnedDescriptor
    let access: FileAccess
    let isFolder: Bool
    let finding: FileFinding?

    /// - Returns: `nil` where nothing is there that the row could be about.
    static func look(at rule: FileRule) throws(LandlockError) -> Sight? {
        guard !rule.row.access.isEmpty else { return nil }
        if let place = try open(rule.path) {
            return try Sight(place, rule, rule.row.access, isFolderOfMissing: false)
        }
        guard !rule.row.folderAccess.isEmpty, let folder = try open(rule.path.folder) else {
            return nil
        }
        return try Sight(folder, rule, rule.row.folderAccess, isFolderOfMissing: true)
    }

    private init(
        _ place: consuming OwnedDescriptor,
        _ rule: FileRule,
        _ access: FileAccess,
        isFolderOfMissing: Bool,
    ) throws(LandlockError) {
        let (isFolder, realPath) = try Self.description(of: place, rule)
        let protected =
            rule.isOurs
            ? nil : ProtectedPlace.refusing(access, at: realPath, isFolder: isFolder)
        finding = protected.map {
            .protected(rule, realPath: realPath, $0, isFolderOfMissing: isFolderOfMissing)
        }
        self.isFolder = isFolder
        self.access = access
        self.place = place
    }

    private static func description(
        of place: borrowing OwnedDescriptor,
        _ rule: FileRule,
    ) throws(LandlockError) -> (isFolder: Bool, realPath: ByteString) {
        do throws(Errno) {
            let isFolder = try place.status().type == .directory
            // Where links, also those of /proc, have led.
            return (isFolder, try place.path())
        } catch .noSuchFileOrDirectory {
            throw .host(
                .kernelFeatureMissing(.processFileSystem, errno: .noSuchFileOrDirectory)
            )
        } catch {
            throw .failed(operation: "readlink", path: rule.path, errno: error)
        }
    }

    consuming func intoPlace() -> OwnedDescriptor { place }

    /// Without opening it for anything: a device or a pipe notices nothing.
    ///
    /// - Returns: `nil` where it is not there, or not for us to see, which then holds for QEMU too.
    private static func open(_ path: ByteString) throws(LandlockError) -> OwnedDescriptor? {
        do throws(Errno) {
            return try OwnedDescriptor(opening: FilePath(path), flags: LINUX_O_PATH)
        } catch .noSuchFileOrDirectory, .notDirectory, .permissionDenied,
            .tooManySymbolicLinkLevels
        {
            return nil
        } catch {
            throw .failed(operation: "open", path: path, errno: error)
        }
    }
}

extension OwnedDescriptor {
    /// What is open, by its path without links.
    borrowing func path() throws(Errno) -> ByteString {
        try FilePath("/proc/self/fd/\(number)").linkContent()
    }
}
