import Glibc
import Host
import Planning

let console = Console(program: "qemu-launcher")

/// Becomes QEMU with the command line it was called with, or says why not and starts nothing.
func launch() throws(LaunchFailure) -> Never {
    let launch = try PreparedLaunch.prepare(try Invocation.current())
    for warning in launch.warnings { console.warn(warning, about: launch.plan.identity.label) }
    try launch.start()
}

do {
    try launch()
} catch {
    console.report(error)
    SystemLog().send(LaunchRecord(refusal: error, of: .ofThisProcess))
    exit(error.exitStatus.rawValue)
}
