import Glibc
import Host
import Planning
import SystemPackage

/// What was printed is on its way, or the exit status says that it is not: a script that reads a
/// digest must not take a full disk for success.
enum OutputCheck {
    static func atExit() {
        atexit {
            guard fflush(nil) != 0 else { return }
            let failure = HostError.systemCallFailed(
                operation: "writing the output",
                path: nil,
                errno: Errno(rawValue: errno),
            )
            Console(program: "launcherctl").report(failure)
            _exit(failure.exitStatus.rawValue)
        }
    }
}
