import CLinux
import Glibc
import Planning
import SystemPackage

extension ReadOnlyProof {
    /// Every proof that holds for an open file, in the order of their declaration.
    ///
    /// - Throws: the `Errno` of fstatvfs(3) or statx(2).
    static func holding(
        for file: borrowing OwnedDescriptor,
        _ status: Stat,
    ) throws(Errno) -> [ReadOnlyProof] {
        let number = file.number
        var fileSystem = statvfs()
        _ = try systemCall { unsafe fstatvfs(number, &fileSystem) }.get()
        var attributes: UInt64 = 0
        _ = try systemCall { unsafe linux_statx_attributes(number, &attributes) }.get()

        return allCases.filter { proof in
            switch proof {
            case .mode:
                status.permissions.isDisjoint(with: [.ownerWrite, .groupWrite, .otherWrite])
            case .mount: fileSystem.f_flag & UInt(ST_RDONLY) != 0
            case .immutable: attributes & LINUX_STATX_ATTR_IMMUTABLE != 0
            case .verity: attributes & LINUX_STATX_ATTR_VERITY != 0
            }
        }
    }
}
