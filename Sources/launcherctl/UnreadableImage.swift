import Host
import Planning

/// An image that somebody names and that cannot be read; the status is that of a volume, not of a
/// configuration file.
struct UnreadableImage: Failure {
    let cause: HostFileError

    var message: String { cause.message }

    var hint: String? {
        switch cause {
        case .missing: "name a file, or a firmware volume: STORAGE:efi-firmware/FILE"
        default: cause.hint
        }
    }

    var exitStatus: ExitStatus {
        switch cause {
        case .missing, .danglingSymbolicLink: .volumeMissing
        case .notRegularFile, .tooLarge: .imageRefused
        default: cause.exitStatus
        }
    }
}
