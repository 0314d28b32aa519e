import ArgumentParser
import Host
import Planning

/// Says why, in the launcher's words, and ends with the launcher's exit status.
func refuse(_ failure: some Failure) -> ExitCode {
    Console(program: "launcherctl").report(failure)
    return ExitCode(failure.exitStatus.rawValue)
}

/// Runs a command; a failure is said in the launcher's words and ends with its exit status.
func reporting(_ body: () throws(LaunchFailure) -> Void) throws {
    do throws(LaunchFailure) {
        try body()
    } catch {
        throw refuse(error)
    }
}
