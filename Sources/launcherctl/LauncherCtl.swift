import ArgumentParser

@main
struct LauncherCtl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launcherctl",
        abstract: "Looks into what qemu-launcher does with a VM.",
        subcommands: [PlanCommand.self, PolicyCommand.self, ExplainCommand.self],
    )
}
