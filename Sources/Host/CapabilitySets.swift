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
    /// - Returns: whether the bounding set is as it should be. It is not where the caller lacks
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
    /// - Returns: why the thread may not use the file so; `nil` where it may.
    static func obstacle(to path: FilePath, _ mode: Int32) -> Errno? {
        let outcome = unsafe path.withPlatformString { path in
            systemCall { unsafe capability_calls_access(path, mode) }
        }
        if case .failure(let error) = outcome { return error }
        return nil
    }
}
