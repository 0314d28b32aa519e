import Foundation

/// The executables that were built together with these tests.
package enum Products {
    package static let launcher = path("qemu-launcher")
    package static let launcherctl = path("launcherctl")
    package static let standIn = "\(besideTests)/qemu-stand-in"
    package static let injector = "\(besideTests)/fault-injector"

    package static let areBuilt = [launcher, launcherctl, standIn, injector].allSatisfy {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Whether the launcher is one file without a loader, as the release is: it names none.
    package static let areStatic: Bool = {
        guard
            let head = try? FileHandle(forReadingFrom: URL(filePath: launcher)).read(
                upToCount: 8192
            )
        else { return false }
        return head.range(of: Data("/ld-linux".utf8)) == nil
    }()

    /// Whether other users than this one can start the programs.
    package static let areInReach: Bool = {
        var folder = URL(filePath: launcherctl)
        repeat {
            folder.deleteLastPathComponent()
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder.path)
            let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
            if mode & 0o001 == 0 { return false }
        } while folder.path != "/"
        return true
    }()

    /// LAUNCHER_PRODUCTS names another folder, such as that of the static release.
    private static func path(_ name: String) -> String {
        let folder = ProcessInfo.processInfo.environment["LAUNCHER_PRODUCTS"] ?? besideTests
        return "\(folder)/\(name)"
    }

    /// The folder of the test bundle, which on Linux is the running program.
    package static let besideTests: String = {
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return program.deletingLastPathComponent().path(percentEncoded: false)
    }()
}

extension Products {
    /// Runs a program in this process's environment, and waits for it.
    ///
    /// - Returns: how it ended and what it printed.
    package static func run(
        _ program: String,
        _ arguments: [String],
        input: String = ""
    ) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        let (channel, output, errors) = (Pipe(), Pipe(), Pipe())
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardInput = channel
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        try channel.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try channel.fileHandleForWriting.close()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        let said = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        process.waitUntilExit()
        return (process.terminationStatus, text, said)
    }
}
