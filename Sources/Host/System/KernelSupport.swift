import CLinux
import Glibc
import SystemPackage

/// Which features of this kernel a launch can rely on. They are tried, not derived from version
/// numbers.
package enum KernelSupport {
    /// The features that a launch with custom firmware cannot do without, and why each is missing.
    package static func missing() -> [HostError] {
        var missing: [HostError] = []
        do throws(Errno) {
            _ = try OwnedDescriptor(opening: "/", flags: O_RDONLY | O_DIRECTORY)
        } catch {
            missing.append(.kernelFeatureMissing(.openBeneath, errno: error))
        }
        do throws(HostError) {
            _ = try MemoryFile(name: "check").sealed()
        } catch {
            missing.append(error)
        }
        return missing
    }

    /// What the kernel's filters can do.
    package enum Filters: Sendable {
        case none
        /// Refuse, record, and end a process.
        case basic
        /// Ask another process as well, which is how exactly one exec is allowed.
        case notification
    }

    package static func filters() -> Filters {
        // SECCOMP_RET_… of include/uapi/linux/seccomp.h.
        let (killProcess, log, notify): (UInt32, UInt32, UInt32) =
            (0x8000_0000, 0x7FFC_0000, 0x7FC0_0000)
        guard seccomp_calls_action_available(killProcess) == 0,
            seccomp_calls_action_available(log) == 0
        else { return .none }
        return seccomp_calls_action_available(notify) == 0 ? .notification : .basic
    }
}
