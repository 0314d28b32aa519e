import FoundationEssentials
import Host
import SystemPackage

/// The lock that apt and its like hold while they change packages: the diversion is not changed in
/// the middle of an upgrade of QEMU.
struct PackageLock: ~Copyable {
    /// `nil` if our own package's scripts call: dpkg holds the lock for them.
    private let lock: RecordLock?

    init(root: String) throws(DiversionError) {
        let environment = ProcessInfo.processInfo.environment
        guard environment["DPKG_MAINTSCRIPT_PACKAGE"] != Diversion.package else {
            lock = nil
            return
        }
        let path = FilePath("/var/lib/dpkg/lock-frontend")
        do throws(RecordLock.LockError) {
            lock = try RecordLock(
                on: FilePath(root + path.string),
                permissions: FilePermissions(rawValue: 0o640)
            )
        } catch {
            switch error {
            case .held: throw .packagesChanging
            case .notOpened(let errno): throw .failed(operation: "open", path: path, errno: errno)
            case .notLocked(let errno): throw .failed(operation: "lock", path: path, errno: errno)
            }
        }
    }
}
