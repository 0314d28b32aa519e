import ArgumentParser
import Host
import Planning

/// Runs a part of a command and wraps what it throws.
func stage<Value: ~Copyable, Cause: Failure>(
    _ body: () throws(Cause) -> Value
) throws(LaunchFailure) -> Value {
    do { return try body() } catch { throw LaunchFailure(error) }
}

/// Runs a command; a failure is said in the launcher's words and ends with its exit status.
func reporting(_ body: () throws(LaunchFailure) -> Void) throws {
    do throws(LaunchFailure) {
        try body()
    } catch {
        throw refuse(error)
    }
}
