internal import CLinux
internal import Glibc
internal import Planning
internal import SystemPackage

/// The kernel's Landlock, a function a call (landlock(7)).
enum Landlock {
    /// Linux 6.15: what QEMU is refused is recorded, although it is not the program that made the
    /// domain (LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON).
    private static let logsAfterExec: (flag: UInt32, abi: Int) = (1 << 1, 7)

    /// The kernel's version of it; ENOSYS or EOPNOTSUPP where it has none, or it is turned off.
    static func abi() -> CallOutcome<Int> {
        switch systemCall({ landlock_calls_abi() }) {
        case .success(let abi): .success(Int(abi))
        case .failure(let error): .failure(error)
        }
    }

    static func ruleset(
        handling access: FileAccess,
        scope: DomainScope,
    ) throws(Errno) -> OwnedDescriptor {
        OwnedDescriptor(
            takingOver: try systemCall {
                landlock_calls_create_ruleset(access.rawValue, scope.rawValue)
            }.get()
        )
    }

    static func add(
        _ access: FileAccess,
        below place: borrowing OwnedDescriptor,
        to ruleset: borrowing OwnedDescriptor,
    ) throws(Errno) {
        let (number, set) = (place.number, ruleset.number)
        do throws(Errno) {
            _ = try systemCall { landlock_calls_add_path(set, access.rawValue, number) }.get()
        } catch .badFileDescriptorState {
            // A memory file, a pipe or a socket: nobody finds it by a path of a mounted file
            // system, and Landlock lets everybody open it (`is_nouser_or_private`).
        }
    }

    static func restrict(to ruleset: borrowing OwnedDescriptor, abi: Int) throws(Errno) {
        let number = ruleset.number
        let flags = abi >= logsAfterExec.abi ? logsAfterExec.flag : 0
        _ = try systemCall { landlock_calls_restrict_self(number, flags) }.get()
    }
}

extension Errno {
    /// EBADFD, which swift-system does not name.
    fileprivate static var badFileDescriptorState: Errno { Errno(rawValue: EBADFD) }
}
