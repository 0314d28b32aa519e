package import Planning
package import SystemPackage

/// Why the rows about files cannot be put in force. Nothing has been started.
package enum LandlockError: Failure {
    /// The kernel has no Landlock, or it is turned off.
    case unavailable(Errno)
    /// The kernel's Landlock lets pass what the rows refuse.
    case tooOld(found: Int)
    /// A row would let QEMU write where it may not.
    case refused(FileFinding)
    case failed(operation: String, path: ByteString?, errno: Errno)
    case host(HostError)

    package var message: String {
        switch self {
        case .unavailable(let error):
            "landlock: not available on this kernel (\(error))"
        case .tooOld(let found):
            "landlock: too old in this kernel (expected version \(LandlockMode.requiredABI) or"
                + " newer, found \(found))"
        case .refused(let finding): "landlock: \(finding.message)"
        case .failed(let operation, let path?, let error):
            "landlock: \(quoted(path)): \(operation) failed: \(error)"
        case .failed(let operation, nil, let error):
            "landlock: \(operation) failed: \(error)"
        case .host(let error): error.message
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
        case .host(let error): error.hint
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .unavailable, .tooOld: .unavailable
        case .refused: .configuration
        case .failed: .systemCallFailed
        case .host(let error): error.exitStatus
        }
    }
}
