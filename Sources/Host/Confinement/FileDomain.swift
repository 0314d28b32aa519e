internal import CLinux
internal import Glibc
package import Planning
internal import SystemPackage

/// The rows about files, looked up on this host and given to the kernel; not in force yet.
///
/// A rule is about what a path leads to now. What is replaced by renaming is another file to it,
/// which is why most rows are about folders.
package struct FileDomain: ~Copyable {
    package let mode: LandlockMode
    /// With `log`: what `enforce` would say.
    package private(set) var warnings: [FileWarning] = []
    /// With `enforce`.
    private var ruleset: OwnedDescriptor?
    private var abi = 0
    /// Opened so that the kernel does not forget them; see ``hold(_:)``.
    private var held: [Int32] = []

    /// For a launch that restricts no files.
    package static func none() -> FileDomain { FileDomain(mode: .off) }

    private init(mode: LandlockMode) { self.mode = mode }

    /// - Parameter numbers: descriptors that the command line may mean for something else.
    /// - Throws: with `enforce`, the reason why it is not possible.
    package init(
        _ plan: FilePlan,
        avoiding numbers: Set<Int32> = [],
    ) throws(LaunchFailure) {
        mode = plan.mode
        guard mode != .off else { return }
        let rules = plan.ruleset?.rules ?? []
        switch mode {
        case .off: break
        case .log:
            if let error = Self.obstacle { warnings.append(.unavailable(error.message)) }
            for rule in rules {
                guard let finding = try PlacedRule.finding(rule) else { continue }
                warnings.append(.wouldRefuse(finding))
            }
        case .enforce:
            if let error = Self.obstacle { throw LaunchFailure(error) }
            abi = try Self.version()
            let handled = FileAccess.handled(by: abi)
            let scope = abi >= DomainScope.requiredABI ? plan.ruleset?.scope ?? [] : []
            let ruleset = try rethrowing(as: {
                let operation = "landlock_create_ruleset"
                return LaunchFailure(
                    LandlockError.failed(operation: operation, path: nil, errno: $0)
                )
            }) { () throws(Errno) in
                try Landlock.ruleset(handling: handled, scope: scope)
            }
            for rule in rules {
                guard let placed = try PlacedRule.find(rule) else { continue }
                let access = placed.access.intersection(handled)
                guard !access.isEmpty else { continue }
                do throws(Errno) {
                    try Landlock.add(access, below: placed.place, to: ruleset)
                } catch {
                    throw LaunchFailure(
                        LandlockError.failed(
                            operation: "landlock_add_rule",
                            path: rule.path,
                            errno: error,
                        )
                    )
                }
                if placed.isForgotten {
                    held.append(try Self.hold(placed.intoPlace(), avoiding: numbers))
                }
            }
            self.ruleset = consume ruleset
        }
    }

    /// Restricts the calling thread, for good.
    ///
    /// - Returns: the descriptors that QEMU has to keep open.
    consuming func enter() throws(Errno) {
        guard let ruleset else { return }
        try Landlock.restrict(to: ruleset, abi: abi)
        for number in held where fcntl(number, F_SETFD, 0) != 0 {
            throw Errno(rawValue: errno)
        }
    }

    /// What this kernel lacks.
    private static var obstacle: LandlockError? {
        switch Landlock.abi() {
        case .failure(let error): .unavailable(error)
        case .success(let abi) where abi < LandlockMode.requiredABI: .tooOld(found: abi)
        case .success: nil
        }
    }

    private static func version() throws(LaunchFailure) -> Int {
        do throws(Errno) {
            return try Landlock.abi().get()
        } catch {
            throw LaunchFailure(LandlockError.unavailable(error))
        }
    }

    /// Directories of /proc get a new inode after the kernel dropped them from its cache, and a
    /// rule is about an inode: measured on Linux 6.18, a rule about /proc/sys/net/ipv4/conf does
    /// nothing any more once caches were dropped. What somebody has open is not forgotten, so QEMU
    /// inherits it; by a descriptor without rights to read or write (O_PATH).
    private static func hold(
        _ place: consuming OwnedDescriptor,
        avoiding numbers: Set<Int32>,
    ) throws(LaunchFailure) -> Int32 {
        do throws(HostError) {
            return try ReservedDescriptor(holding: place, avoiding: numbers).release()
        } catch {
            throw LaunchFailure(error)
        }
    }
}

/// A row about files, with what its path leads to.
struct PlacedRule: ~Copyable {
    let place: OwnedDescriptor
    let access: FileAccess
    /// Whether the kernel may forget the place, and then have another one of that name.
    let isForgotten: Bool

    /// - Returns: `nil` if nothing is there that the row could be about.
    /// - Throws: if the row would let QEMU write where it may not.
    static func find(_ rule: FileRule) throws(LaunchFailure) -> PlacedRule? {
        guard let seen = try Sight.look(at: rule) else { return nil }
        if let finding = seen.finding { throw LaunchFailure(LandlockError.refused(finding)) }
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

    /// The reason against the row, for a launch that goes on anyway.
    static func finding(_ rule: FileRule) throws(LaunchFailure) -> FileObstacle? {
        try Sight.look(at: rule)?.finding
    }
}

/// What a row's path leads to.
private struct Sight: ~Copyable {
    let place: OwnedDescriptor
    let access: FileAccess
    let isFolder: Bool
    let finding: FileObstacle?

    /// - Returns: `nil` if nothing is there that the row could be about.
    static func look(at rule: FileRule) throws(LaunchFailure) -> Sight? {
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
    ) throws(LaunchFailure) {
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
    ) throws(LaunchFailure) -> (isFolder: Bool, realPath: ByteString) {
        do throws(Errno) {
            let isFolder = try place.status().type == .directory
            // Where links, also those of /proc, have led.
            return (isFolder, try place.path())
        } catch .noSuchFileOrDirectory {
            throw LaunchFailure(
                HostError.kernelFeatureMissing(.processFileSystem, errno: .noSuchFileOrDirectory)
            )
        } catch {
            throw LaunchFailure(
                LandlockError.failed(operation: "readlink", path: rule.path, errno: error)
            )
        }
    }

    consuming func intoPlace() -> OwnedDescriptor { place }

    /// Without opening it for anything: a device or a pipe notices nothing.
    ///
    /// - Returns: `nil` if it does not exist or we may not see it, which is then also true for
    ///   QEMU.
    private static func open(_ path: ByteString) throws(LaunchFailure) -> OwnedDescriptor? {
        do throws(Errno) {
            return try OwnedDescriptor(opening: FilePath(path), flags: LINUX_O_PATH)
        } catch .noSuchFileOrDirectory, .notDirectory, .permissionDenied,
            .tooManySymbolicLinkLevels
        {
            return nil
        } catch {
            throw LaunchFailure(LandlockError.failed(operation: "open", path: path, errno: error))
        }
    }
}

extension OwnedDescriptor {
    /// What is open, by its path without links.
    borrowing func path() throws(Errno) -> ByteString {
        try FilePath("/proc/self/fd/\(number)").linkContent()
    }
}
