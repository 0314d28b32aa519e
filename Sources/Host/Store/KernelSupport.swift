import CSeccomp
import Glibc
import SystemPackage

/// What of this kernel a launch can rely on, tried and not told by version numbers.
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

    /// What libseccomp found the kernel to know.
    package enum Filters: Int, Sendable, Comparable {
        case none
        /// Filters as such; without records or killing a whole process.
        case basic
        case logging
        /// A filter can ask another process: what allows exactly one exec.
        case notification

        package static func < (one: Filters, other: Filters) -> Bool {
            one.rawValue < other.rawValue
        }
    }

    package static func filters() -> Filters {
        // Levels of seccomp_api_get(3).
        switch seccomp_api_get() {
        case 0: .none
        case 1...2: .basic
        case 3...4: .logging
        default: .notification
        }
    }
}
