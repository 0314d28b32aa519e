import Foundation

/// The programs that were built with the tests.
enum BuiltProgram {
    /// LAUNCHER_PROGRAM, where another one is to be tried.
    static var launcher: String {
        ProcessInfo.processInfo.environment["LAUNCHER_PROGRAM"] ?? path("qemu-launcher")
    }

    static var launcherctl: String { path("launcherctl") }

    private static func path(_ name: String) -> String {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return URL(filePath: tests ?? "").deletingLastPathComponent().appending(path: name).path
    }

    /// - Returns: how it ended and what it printed.
    static func run(
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
