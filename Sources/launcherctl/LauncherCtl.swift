import ArgumentParser

@main
struct LauncherCtl: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "launcherctl")
}
