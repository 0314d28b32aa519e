import Foundation

/// The executables that were built together with these tests.
enum Products {
    static let launcher = path("qemu-launcher")
    static let launcherctl = path("launcherctl")
    static let standIn = "\(besideTests)/qemu-stand-in"
    static let faultInjector = "\(besideTests)/fault-injector"

    static let areBuilt = [launcher, launcherctl, standIn, faultInjector].allSatisfy {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// LAUNCHER_PRODUCTS names another folder, such as that of the static release.
    private static func path(_ name: String) -> String {
        let folder = ProcessInfo.processInfo.environment["LAUNCHER_PRODUCTS"] ?? besideTests
        return "\(folder)/\(name)"
    }

    /// The folder of the test bundle, which on Linux is the running program.
    private static let besideTests: String = {
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return program.deletingLastPathComponent().path(percentEncoded: false)
    }()
}
