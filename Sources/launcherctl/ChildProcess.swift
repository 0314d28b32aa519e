import Foundation
import Planning

/// A program that a command lets do a part of its work.
enum ChildProcess {
    struct Output {
        let status: Int32
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Runs it to its end. What it says on standard error goes to ours.
    ///
    /// - Returns: `nil` where there is no such program.
    static func run(
        _ program: String,
        _ arguments: [String],
        isQuiet: Bool = false,
    ) throws(ChildProcessError) -> Output? {
        guard FileManager.default.isExecutableFile(atPath: program) else { return nil }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        if isQuiet { process.standardError = FileHandle.nullDevice }
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw .notStarted(program: program, reason: error.localizedDescription)
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationReason == .exit else {
            throw .killed(program: program, signal: process.terminationStatus)
        }
        return Output(status: process.terminationStatus, bytes: Array(data))
    }
}

/// Why a program did not come to its end.
enum ChildProcessError: Failure {
    case notStarted(program: String, reason: String)
    case killed(program: String, signal: Int32)

    var message: String {
        switch self {
        case .notStarted(let program, let reason): "\(program): not started: \(reason)"
        case .killed(let program, let signal): "\(program): ended by signal \(signal)"
        }
    }

    var hint: String? { nil }
    var exitStatus: ExitStatus { .systemCallFailed }
}
