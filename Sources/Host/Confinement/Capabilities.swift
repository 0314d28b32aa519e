internal import CLinux
internal import Glibc
internal import Planning
internal import SystemPackage

/// The calling thread's capabilities (capabilities(7)).
enum CapabilitySets {
    /// Takes all but `kept` out of the bounding and the inheritable set, and with the latter out of
    /// the ambient one.
    ///
    /// The permitted and effective sets stay for now: without CAP_SYS_ADMIN the kernel would want
    /// no_new_privs of a domain and a filter. The exec takes the rest: what a program of root gets
    /// is what is bounding or inheritable, and any other gets what is ambient.
    ///
    /// - Returns: whether the bounding set is as it should be. It is not if the caller lacks
    ///   CAP_SETPCAP: then no_new_privs has to keep other programs from giving capabilities.
    static func keep(only kept: Set<Capability>) throws(Errno) -> Bool {
        var isBounded = true
        for number in 0..<Int32(64) {
            let isKept = UInt8(exactly: number).flatMap(Capability.init).map(kept.contains) ?? false
            // What the kernel does not know, it has not.
            guard !isKept, capability_calls_is_bounding(number) == 1 else { continue }
            if capability_calls_drop_bounding(number) == 0 { continue }
            let error = Errno(rawValue: errno)
            guard error == .notPermitted else { throw error }
            isBounded = false
        }
        var (effective, permitted, inheritable): (UInt64, UInt64, UInt64) = (0, 0, 0)
        _ = try systemCall {
            unsafe capability_calls_get(&effective, &permitted, &inheritable)
        }.get()
        inheritable &= kept.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
        let (keptEffective, keptPermitted, keptInheritable) = (effective, permitted, inheritable)
        _ = try systemCall {
            capability_calls_set(keptEffective, keptPermitted, keptInheritable)
        }.get()
        return isBounded
    }

    /// Whether the thread has CAP_SYS_ADMIN, as far as the kernel tells.
    static var hasSystemAdministration: Bool {
        var (effective, permitted, inheritable): (UInt64, UInt64, UInt64) = (0, 0, 0)
        return unsafe capability_calls_get(&effective, &permitted, &inheritable) == 0
            && effective & 1 << UInt64(Capability.sys_admin.rawValue) != 0
    }

    /// Asks the kernel something while this thread has no CAP_DAC_OVERRIDE and
    /// CAP_DAC_READ_SEARCH: what it may do by the rights of a file's owner alone.
    static func withoutOverride<Value>(
        _ body: () throws(Errno) -> Value
    ) throws(Errno) -> Value {
        var (effective, permitted, inheritable): (UInt64, UInt64, UInt64) = (0, 0, 0)
        _ = try systemCall {
            unsafe capability_calls_get(&effective, &permitted, &inheritable)
        }.get()
        let (all, own, inherited) = (effective, permitted, inheritable)
        let override = [Capability.dac_override, .dac_read_search]
            .reduce(UInt64(0)) { $0 | 1 << UInt64($1.rawValue) }
        _ = try systemCall { capability_calls_set(all & ~override, own, inherited) }.get()
        let result: CallOutcome<Value>
        do throws(Errno) { result = .success(try body()) } catch { result = .failure(error) }
        _ = try systemCall { capability_calls_set(all, own, inherited) }.get()
        return try result.get()
    }

    /// - Parameter mode: of access(2).
    /// - Returns: why the thread may not use the file so; `nil` if it may.
    static func obstacle(to path: FilePath, _ mode: Int32) -> Errno? {
        let outcome = unsafe path.withPlatformString { path in
            systemCall { unsafe capability_calls_access(path, mode) }
        }
        if case .failure(let error) = outcome { return error }
        return nil
    }
}

/// Programs that QEMU starts and that would need rights which they cannot get.
enum HelperRights {
    /// - Returns: nothing if the filter comes without no_new_privs; see ``confine(_:mode:)``.
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

    /// - Returns: `nil` if there is no such program, which QEMU will say.
    private static func path(of name: ByteString, _ environment: [ByteString]) -> FilePath? {
        if name.bytes.contains(UInt8(ascii: "/")) { return FilePath(name) }
        let prefix = "PATH="
        let directories =
            environment.first { $0.hasPrefix("PATH=") }?
            .bytes.dropFirst(prefix.utf8.count).split(separator: UInt8(ascii: ":")) ?? []
        return directories.lazy.map { FilePath(ByteString($0)).pushing(FilePath(name)) }
            .first { path in unsafe path.withPlatformString { unsafe access($0, X_OK) == 0 } }
    }

    /// - Returns: `nil` if the program has no more rights than we have, or is not there.
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
