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
    /// - Throws: with `enforce`, whatever stands against it.
    package init(
        _ plan: FilePlan,
        avoiding numbers: Set<Int32> = [],
    ) throws(LandlockError) {
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
            if let error = Self.obstacle { throw error }
            abi = try Self.version()
            let handled = FileAccess.handled(by: abi)
            let scope = abi >= DomainScope.requiredABI ? plan.ruleset?.scope ?? [] : []
            let ruleset = try Self.calling("landlock_create_ruleset", nil) { () throws(Errno) in
                try Landlock.ruleset(handling: handled, scope: scope)
            }
            for rule in rules {
                guard let placed = try PlacedRule.find(rule) else { continue }
                let access = placed.access.intersection(handled)
                guard !access.isEmpty else { continue }
                try Self.calling("landlock_add_rule", rule.path) { () throws(Errno) in
                    try Landlock.add(access, below: placed.place, to: ruleset)
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

    private static func version() throws(LandlockError) -> Int {
        do throws(Errno) { return try Landlock.abi().get() } catch { throw .unavailable(error) }
    }

    /// Directories of /proc get a new inode when the kernel has forgotten them, and a rule is about
    /// an inode: measured on Linux 6.18, a rule about /proc/sys/net/ipv4/conf does nothing any more
    /// once caches were dropped. What somebody has open is not forgotten, so QEMU inherits it; by a
    /// descriptor without rights to read or write (O_PATH).
    private static func hold(
        _ place: consuming OwnedDescriptor,
        avoiding numbers: Set<Int32>,
    ) throws(LandlockError) -> Int32 {
        do throws(HostError) {
            return try ReservedDescriptor(holding: place, avoiding: numbers).release()
        } catch {
            throw .host(error)
        }
    }

    private static func calling<Value: ~Copyable>(
        _ operation: String,
        _ path: ByteString?,
        _ call: () throws(Errno) -> Value,
    ) throws(LandlockError) -> Value {
        do throws(Errno) {
            return try call()
        } catch {
            throw .failed(operation: operation, path: path, errno: error)
        }
    }
}
