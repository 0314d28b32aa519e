internal import CSeccomp
internal import Glibc
internal import Planning

/// What the kernel is told for each verdict, in one mode.
struct SeccompActions {
    let mode: SeccompMode

    /// The filter's return value.
    subscript(verdict: Verdict) -> UInt32 {
        switch (mode, verdict) {
        case (_, .allow), (.off, _): SCMP_ACT_ALLOW
        case (.log, _): SCMP_ACT_LOG
        case (.enforce, .refuse(let refusal, _)): Self.failing(with: refusal)
        case (.enforce, .kill): SCMP_ACT_KILL_PROCESS
        }
    }

    private static func failing(with refusal: Refusal) -> UInt32 {
        switch refusal {
        case .notImplemented: 0x0005_0000 | UInt32(bitPattern: ENOSYS)
        case .notPermitted: 0x0005_0000 | UInt32(bitPattern: EPERM)
        }
    }
}
