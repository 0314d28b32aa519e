import Foundation
import Glibc

/// A real QEMU whose code somebody else wrote: a library that QEMU loads as a plugin tries one thing
/// after another, and says what came of each.
struct CapturedQEMU {
    /// What came of each attempt: `done`, or the name of the error.
    let answers: [String: String]

    /// - Parameters:
    ///   - settings: for launcher.conf, a line each; `nil` for QEMU alone.
    ///   - isEnclosed: whether files and capabilities are restricted, too.
    init(_ settings: [String]?, options: [String] = [], isEnclosed: Bool = false) throws {
        let host = try MatrixHost()
        let folder = try MatrixFolder(qemu: host.qemu, spawn: "auto")
        let victim = Process()
        victim.executableURL = URL(filePath: "/bin/sleep")
        victim.arguments = ["60"]
        try victim.run()
        defer { victim.terminate() }

        let process = Process()
        var words = ["-nodefaults", "-display", "none", "-S", "-accel", "tcg", "-m", "64"]
        words += host.options + options + ["-plugin", Self.library]
        if let settings {
            let enclosure: MatrixFolder.Enclosure = isEnclosed ? .filesAndCapabilities : .none
            let lines = ["launcher: defaults", "qemu \(host.qemu)", "log none"] + settings
            try folder.write(
                "launcher.conf",
                lines.joined(separator: "\n\t") + "\n" + enclosure.settings(for: folder.path)
            )
            process.executableURL = URL(filePath: BuiltProgram.launcher)
            words = ["-launcher-config", "\(folder.path)/launcher.conf"] + words
        } else {
            process.executableURL = URL(filePath: host.qemu)
        }
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(
            [
                "CAPTURED_OUTPUT": "\(folder.path)/captured",
                "CAPTURED_VICTIM": "\(victim.processIdentifier)",
            ],
            uniquingKeysWith: { $1 }
        )
        try process.run()
        process.waitUntilExit()
        var answers: [String: String] = [:]
        for line in folder.content("captured").split(separator: "\n") {
            let parts = line.components(separatedBy: ": ")
            if parts.count == 2 { answers[parts[0]] = parts[1] }
        }
        self.answers = answers
    }

    static var library: String {
        URL(filePath: BuiltProgram.launcher).deletingLastPathComponent()
            .appending(path: "libcaptured-qemu.so").path()
    }
}
