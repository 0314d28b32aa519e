import CLinux
import Glibc
import Planning
import SystemPackage

/// Programs that QEMU starts and that would need rights which they cannot get.
enum HelperRights {
    /// - Returns: nothing where the filter comes without no_new_privs; see ``confine(_:mode:)``.
    static func warnings(_ plan: LaunchPlan) -> [LaunchWarning] {
        guard plan.confinement.mode != .off, plan.confinement.ruleset.execution == .unlimited,
            // With it the kernel takes a filter from somebody who keeps his privileges.
            geteuid() != 0, !CapabilitySets.hasSystemAdministration
        else { return [] }
        var warnings: [LaunchWarning] = []
        for helper in plan.commandLine.helpers {
            for candidate in helper.candidates {
                guard let path = path(of: candidate, plan.environment),
                    let origin = origin(ofRightsOf: path)
                else { continue }
                let warning = HelperWarning(
                    option: helper.option,
                    program: ByteString(path.string),
                    origin: origin,
                )
                warnings.append(.helper(warning))
            }
        }
        return warnings
    }

    /// - Returns: `nil` where there is no such program, which QEMU will say.
    private static func path(of name: ByteString, _ environment: [ByteString]) -> FilePath? {
        if name.bytes.contains(UInt8(ascii: "/")) { return FilePath(name) }
        let prefix = "PATH="
        let directories =
            environment.first { $0.hasPrefix("PATH=") }?
            .bytes.dropFirst(prefix.utf8.count).split(separator: UInt8(ascii: ":")) ?? []
        return directories.lazy.map { FilePath(ByteString($0)).pushing(FilePath(name)) }
            .first { path in unsafe path.withPlatformString { unsafe access($0, X_OK) == 0 } }
    }

    /// - Returns: `nil` where the program has no more rights than we have, or is not there.
    private static func origin(ofRightsOf path: FilePath) -> HelperWarning.RightsOrigin? {
        let status: Stat
        do throws(Errno) { status = try Stat(at: path) } catch { return nil }
        guard status.type == .regular else { return nil }
        if status.permissions.contains(.setUserID), status.userID.rawValue != geteuid() {
            return .setUserID
        }
        // Without the group's right to execute, the bit means locking and not a group.
        if status.permissions.isSuperset(of: [.setGroupID, .groupExecute]),
            status.groupID.rawValue != getegid()
        {
            return .setGroupID
        }
        let size = unsafe path.withPlatformString { path in
            unsafe linux_attribute_size(path, "security.capability")
        }
        return size > 0 ? .fileCapabilities : nil
    }
}
