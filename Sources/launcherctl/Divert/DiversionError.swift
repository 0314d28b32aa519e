import Host
import Planning
import SystemPackage

/// Why the diversion was not changed, or could not be looked at.
enum DiversionError: Failure {
    case noDpkg
    case foreign(package: String)
    case launcherMissing
    case launcherFails(String)
    case nothingToDivert
    case packagesChanging
    case needed(by: DependentGuests)
    case refused(arguments: [String], status: Int32)
    case failed(operation: String, path: FilePath, errno: Errno)

    var message: String {
        switch self {
        case .noDpkg: "no dpkg-divert on this host"
        case .foreign(let package):
            "\(Diversion.path) is already diverted"
                + " (expected no diversion, found one of \(quoted(package)))"
        case .launcherMissing: "\(Diversion.launcher) is missing"
        case .launcherFails(let reason): "the launcher does not answer in QEMU's place: \(reason)"
        case .nothingToDivert: "\(Diversion.path) is missing, so there is nothing to divert"
        case .packagesChanging: "packages are being installed or removed"
        case .needed(let guests): "\(Diversion.path) is needed: without it, \(guests.summary)"
        case .refused(let arguments, let status):
            "dpkg-divert \(arguments.joined(separator: " ")): exit status \(status)"
        case .failed(let operation, let path, let errno):
            "\(quoted(path.string)): \(operation) failed: \(errno)"
        }
    }

    var hint: String? {
        switch self {
        case .noDpkg:
            "name the launcher where your own tool names QEMU, as in <emulator> of libvirt"
        case .foreign: "'dpkg-divert --list /usr/bin/kvm' shows it; remove it first"
        case .launcherMissing: "install the package qemu-launcher"
        case .launcherFails: "'launcherctl check' looks for the reason; nothing was changed"
        case .nothingToDivert: "install pve-qemu-kvm first"
        case .packagesChanging: "try again when apt or dpkg has finished"
        case .needed: "'launcherctl divert disable --force' disables it anyway"
        case .refused: nil
        case .failed(_, _, .permissionDenied): "run it as root"
        case .failed: nil
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .noDpkg: .unavailable
        case .foreign: .configuration
        case .launcherMissing, .nothingToDivert: .volumeMissing
        case .launcherFails: .cannotExecute
        case .packagesChanging, .needed: .notPermitted
        case .refused: .systemCallFailed
        case .failed(_, _, .permissionDenied): .notPermitted
        case .failed: .systemCallFailed
        }
    }
}
