import ArgumentParser
import Host
import Planning

/// Says why, in the launcher's words, and ends with the launcher's exit status.
func refuse(_ failure: some Failure) -> ExitCode {
    Console(program: "launcherctl").report(failure)
    return ExitCode(failure.exitStatus.rawValue)
}

extension Console {
    /// That no guest would start from an image that is only looked at.
    func warn(_ refusal: ImageRefusal, about image: String) {
        warn(.image(image, Planning.Finding.refusal(refusal)), about: nil)
    }
}

/// Runs a command; a failure is said in the launcher's words and ends with its exit status.
func reporting(_ body: () throws(LaunchFailure) -> Void) throws {
    do throws(LaunchFailure) {
        try body()
    } catch {
        throw refuse(error)
    }
}
