import CLinux
import Glibc
import SystemPackage

/// How a path may be walked, after openat2(2).
struct Resolution: OptionSet {
    let rawValue: UInt64

    static let beneath = Resolution(rawValue: LINUX_RESOLVE_BENEATH)
    static let withoutSymbolicLinks = Resolution(rawValue: LINUX_RESOLVE_NO_SYMLINKS)
    /// Neither may a link of /proc be followed, which leads anywhere without being a path.
    static let withoutMagicLinks = Resolution(rawValue: LINUX_RESOLVE_NO_MAGICLINKS)
}

extension OwnedDescriptor {
    /// Opens `path`, always close-on-exec: what QEMU inherits is chosen in one place only.
    ///
    /// - Parameter directory: where a relative path begins.
    /// - Parameter flags: `O_…` of open(2).
    init(
        opening path: FilePath,
        in directory: Int32 = AT_FDCWD,
        flags: Int32,
        resolution: Resolution = [],
    ) throws(Errno) {
        let number = unsafe path.withPlatformString { path in
            systemCall {
                unsafe linux_openat2(
                    directory,
                    path,
                    UInt64(flags | O_CLOEXEC),
                    resolution.rawValue
                )
            }
        }
        self.init(takingOver: try number.get())
    }

    /// - Throws: the `Errno` of fstat(2).
    borrowing func status() throws(Errno) -> Stat {
        try Stat(of: self)
    }
}
