/// What a filter returns to the kernel, from include/uapi/linux/seccomp.h.
package enum FilterAction: Hashable, Sendable {
    case allow
    /// SECCOMP_RET_LOG: the call happens and is recorded.
    case log
    /// SECCOMP_RET_USER_NOTIF: whoever holds the listener decides; nobody holding it is ENOSYS.
    case ask
    case fail(Refusal)
    /// SECCOMP_RET_KILL_PROCESS.
    case kill

    package var returnValue: UInt32 {
        switch self {
        case .allow: 0x7FFF_0000
        case .log: 0x7FFC_0000
        case .ask: 0x7FC0_0000
        case .fail(let refusal): 0x0005_0000 | refusal.errorNumber
        case .kill: 0x8000_0000
        }
    }
}

extension FilterAction {
    /// As filters are usually written down.
    package var summary: String {
        switch self {
        case .allow: "ALLOW"
        case .log: "LOG"
        case .ask: "USER_NOTIF"
        case .fail(let refusal): "ERRNO(\(refusal.errorName))"
        case .kill: "KILL_PROCESS"
        }
    }
}

extension Refusal {
    /// The number of the error, from include/uapi/asm-generic/errno.h.
    package var errorNumber: UInt32 {
        switch self {
        case .notImplemented: 38
        case .notPermitted: 1
        }
    }
}
