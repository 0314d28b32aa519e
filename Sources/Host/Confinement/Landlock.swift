internal import CLinux
internal import Glibc
package import Planning
package import SystemPackage

/// The kernel's Landlock, a function a call (landlock(7)).
enum Landlock {
    /// Linux 6.15: what QEMU is refused is recorded, although it is not the program that made the
    /// domain (LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON).
    private static let logsAfterExec: (flag: UInt32, abi: Int) = (1 << 1, 7)

    /// The kernel's version of it; ENOSYS or EOPNOTSUPP if it has none, or it is turned off.
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
            // A memory file, a pipe or a socket: it has no path in a mounted file system, and
            // Landlock lets everybody open it (`is_nouser_or_private`).
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

/// Why the rows about files cannot be put in force. Nothing has been started.
package enum LandlockError: Failure {
    /// The kernel has no Landlock, or it is turned off.
    case unavailable(Errno)
    /// The kernel's Landlock allows what the rows refuse.
    case tooOld(found: Int)
    /// A row would let QEMU write where it may not.
    case refused(FileObstacle)
    case failed(operation: String, path: ByteString?, errno: Errno)

    package var message: String {
        switch self {
        case .unavailable(let error):
            "landlock: not available on this kernel (\(error))"
        case .tooOld(let found):
            "landlock: the kernel's version is too old"
                + " (expected version \(LandlockMode.requiredABI) or newer, found \(found))"
        case .refused(let finding): "landlock: \(finding.message)"
        case .failed(let operation, let path?, let error):
            "landlock: \(quoted(path)): \(operation) failed: \(error)"
        case .failed(let operation, nil, let error):
            "landlock: \(operation) failed: \(error)"
        }
    }

    package var hint: String? {
        switch self {
        case .unavailable:
            "Linux 6.2 or newer is needed, built with CONFIG_SECURITY_LANDLOCK and with 'landlock' in"
                + " its list 'lsm='; or set 'landlock off'"
        case .tooOld: "Linux 6.2 or newer is needed; or set 'landlock off'"
        case .refused(let finding): finding.hint
        case .failed: nil
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .unavailable, .tooOld: .unavailable
        case .refused: .configuration
        case .failed: .systemCallFailed
        }
    }
}
