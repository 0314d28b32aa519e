import Glibc
import SystemPackage

/// The process's limit of file sizes (RLIMIT_FSIZE), which counts for files in memory too.
enum FileSizeLimit {
    /// A write beyond the limit ends the process by SIGXFSZ, without a word; and a signal that the
    /// launcher ignored would be one that QEMU ignores.
    static func require(_ byteCount: Int) throws(HostError) {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
            throw .systemCallFailed(
                operation: "getrlimit",
                path: nil,
                errno: Errno(rawValue: errno)
            )
        }
        guard UInt64(limit.rlim_cur) >= UInt64(clamping: byteCount) else {
            throw .fileSizeLimited(byteCount: byteCount, limit: UInt64(limit.rlim_cur))
        }
    }
}
