import FoundationEssentials
import Glibc
import Planning
import SystemPackage

/// The lock that apt and its like hold while they change packages: the diversion is not changed in
/// the middle of an upgrade of QEMU.
struct PackageLock: ~Copyable {
    /// `nil` where our own package's scripts call: dpkg holds the lock for them.
    private let descriptor: Int32?

    init(root: String) throws(DiversionError) {
        let environment = ProcessInfo.processInfo.environment
        guard environment["DPKG_MAINTSCRIPT_PACKAGE"] != Diversion.package else {
            descriptor = nil
            return
        }
        let path = FilePath("/var/lib/dpkg/lock-frontend")
        let opened = unsafe open(root + path.string, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard opened >= 0 else {
            throw .failed(operation: "open", path: path, errno: Errno(rawValue: errno))
        }
        var lock = Glibc.flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard unsafe fcntl(opened, F_SETLK, &lock) == 0 else {
            let error = Errno(rawValue: errno)
            close(opened)
            if error == .resourceTemporarilyUnavailable || error == .permissionDenied {
                throw .packagesChanging
            }
            throw .failed(operation: "lock", path: path, errno: error)
        }
        descriptor = opened
    }

    deinit {
        if let descriptor { close(descriptor) }
    }
}
