import Foundation

/// The executables that were built together with these tests.
enum Products {
    static let launcher = path("qemu-launcher")
    static let launcherctl = path("launcherctl")
    static let standIn = "\(besideTests)/qemu-stand-in"
    static let interrupter = "\(besideTests)/interrupter"

    /// A stand-in whose exit status says whether it was given what it should.
    static let verifier = "\(besideTests)/qemu-verifier"
    static let injector = "\(besideTests)/fault-injector"
    static let olderKernel = "\(besideTests)/older-kernel"

    static let areBuilt = [
        launcher, launcherctl, standIn, interrupter, verifier, injector, olderKernel,
    ].allSatisfy {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Whether the launcher is one file without a loader, as the release is: it names none.
    static let areStatic: Bool = {
        guard
            let head = try? FileHandle(forReadingFrom: URL(filePath: launcher)).read(
                upToCount: 8192
            )
        else { return false }
        return head.range(of: Data("/ld-linux".utf8)) == nil
    }()

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
