import Foundation
import Planning

/// Files that tests read: those of the package, and real data beside it.
enum PackageFiles {
    /// The package's root, wherever it was checked out. Links are kept: a package made of links to
    /// this one has to find the files by way of its own.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Real command lines and tables, which are not part of the package: an extra, where
    /// LAUNCHER_CORPUS names their folder.
    static let corpus = URL(
        filePath: ProcessInfo.processInfo.environment["LAUNCHER_CORPUS"] ?? "/nonexistent"
    )

    static let hasCorpus = FileManager.default.fileExists(atPath: corpus.path)

    static func files(in folder: URL, suffix: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasSuffix(suffix) }
            .sorted { $0.path < $1.path }
    }

    static func bytes(of file: URL) throws -> [UInt8] {
        Array(try Data(contentsOf: file))
    }
}
