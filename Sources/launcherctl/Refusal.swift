import ArgumentParser
import Host
import Planning

/// Says why, in the launcher's words, and ends with the launcher's exit status.
func refuse(_ failure: some Failure) -> ExitCode {
    Console(program: "launcherctl").report(failure)
    return ExitCode(failure.exitStatus.rawValue)
}
