import Glibc
import SystemPackage

/// The names in a directory.
enum DirectoryListing {
    /// Without `.` and `..`, sorted; names that are not UTF-8 are left out, as nothing of ours is
    /// called so.
    static func names(in directory: borrowing OwnedDescriptor) throws(Errno) -> [String] {
        // A descriptor of its own: closing the stream closes it, and reading moves its offset.
        let own = try OwnedDescriptor(
            opening: ".",
            in: directory.number,
            flags: O_RDONLY | O_DIRECTORY,
        )
        guard let stream = unsafe fdopendir(own.number) else { throw Errno(rawValue: errno) }
        _ = own.release()
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else { throw Errno(rawValue: errno) }
                return names.sorted()
            }
            let bytes = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
                unsafe Array($0.prefix { $0 != 0 })
            }
            guard let name = String(validating: bytes, as: UTF8.self), name != ".", name != ".."
            else { continue }
            names.append(name)
        }
    }

    static func names(in path: FilePath) throws(Errno) -> [String] {
        try names(in: OwnedDescriptor(opening: path, flags: O_RDONLY | O_DIRECTORY))
    }
}
