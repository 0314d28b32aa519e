import Foundation
import TestSupport

/// A program that a row wants beside QEMU, for as long as this lives.
final class MatrixCompanion {
    private let process = Process()
    private let input = Pipe()

    /// - Parameters:
    ///   - command: its words, split at blanks.
    ///   - path: what it makes once it is ready.
    init(_ command: String, makes path: String, in folder: MatrixFolder) async throws {
        let words = command.split(separator: " ").map(String.init)
        try folder.write("companion.out", "")
        process.executableURL = URL(filePath: words[0])
        process.arguments = Array(words.dropFirst())
        // A switch ends where its input does.
        process.standardInput = input
        process.standardOutput = FileHandle(forWritingAtPath: "\(folder.path)/companion.out")
        process.standardError = process.standardOutput
        MatrixMachine.unblockSignals()
        try process.run()
        let isReady = try await eventually { isMade(path) ? true : nil }
        guard isReady == true else { throw MatrixError.timeout(folder.content("companion.out")) }
    }

    /// - Parameter words: what the words in braces of a row stand for.
    static func all(
        of row: MatrixRow,
        _ words: [String: String],
        in folder: MatrixFolder,
    ) async throws -> [MatrixCompanion] {
        var companions: [MatrixCompanion] = []
        for companion in row.companions {
            companions.append(
                try await MatrixCompanion(
                    MatrixHost.expanded(companion.command, words),
                    makes: MatrixHost.expanded(companion.makes, words),
                    in: folder
                )
            )
        }
        return companions
    }

    func end() {
        process.terminate()
        for _ in 0..<80 where process.isRunning { usleep(25_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }
}
