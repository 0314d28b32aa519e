package import Foundation
package import Planning

/// Files that tests read: those of the package, and real data beside it.
package enum PackageFiles {
    /// The package's root, wherever it was checked out. Links are kept: a package made of links to
    /// this one has to find the files by way of its own.
    package static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Real command lines and tables, which are not part of the package: an extra, where
    /// LAUNCHER_CORPUS names their folder.
    package static let corpus = URL(
        filePath: ProcessInfo.processInfo.environment["LAUNCHER_CORPUS"] ?? "/nonexistent"
    )

    package static let hasCorpus = FileManager.default.fileExists(atPath: corpus.path)

    package static func files(in folder: URL, suffix: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasSuffix(suffix) }
            .sorted { $0.path < $1.path }
    }

    package static func bytes(of file: URL) throws -> [UInt8] {
        Array(try Data(contentsOf: file))
    }
}

/// Real firmware images and what is known of them, outside of the repository: distributions'
/// builds, which are not ours to copy.
package enum FirmwareCorpus {
    package static let root = URL(
        filePath: ProcessInfo.processInfo.environment["LAUNCHER_CORPUS"] ?? "/nonexistent"
    )

    private static let xz: URL? = ["/usr/bin/xz", "/bin/xz", "/usr/local/bin/xz"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }
        .map { URL(fileURLWithPath: $0) }

    package static let isThere =
        xz != nil
        && FileManager.default.fileExists(atPath: root.appendingPathComponent("images").path)

    package static let absence =
        "needs the image corpus, whose folder LAUNCHER_CORPUS names, and the xz program"

    /// The image's bytes, unpacked once in a test run.
    package static func image(_ name: String) throws -> [UInt8] {
        try cache.bytes(of: name) {
            try unpack(root.appendingPathComponent("images/\(name).xz"), format: "xz")
        }
    }

    /// What the image's compressed part, in this range of it, unpacks to by somebody else's decoder.
    package static func contents(_ name: String, in range: Range<Int>) throws -> [UInt8] {
        let bytes = try image(name)
        return try cache.bytes(of: name + " contents") {
            let file = FileManager.default.temporaryDirectory
                .appendingPathComponent("launcher-\(UUID().uuidString).lzma")
            try Data(bytes[range]).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try unpack(file, format: "lzma")
        }
    }

    private static func unpack(_ file: URL, format: String) throws -> [UInt8] {
        let process = Process()
        let output = Pipe()
        process.executableURL = xz
        process.arguments = ["--format=\(format)", "--decompress", "--stdout", file.path]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Unreadable(file: file.path) }
        return [UInt8](data)
    }

    package static func understood(_ name: String) throws -> FirmwareImage {
        let bytes = try image(name)
        return FirmwareImage(bytes.span)
    }

    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from name: String
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(
            type,
            from: Data(contentsOf: root.appendingPathComponent(name))
        )
    }

    package struct Unreadable: Error {
        package let file: String
    }

    private static let cache = ImageCache()
}

/// Tests run in parallel and share what one of them unpacked.
final class ImageCache: @unchecked Sendable {
    private let lock = NSLock()
    private var known: [String: [UInt8]] = [:]

    func bytes(of name: String, unpack: () throws -> [UInt8]) throws -> [UInt8] {
        lock.lock()
        defer { lock.unlock() }
        if let bytes = known[name] { return bytes }
        let bytes = try unpack()
        known[name] = bytes
        return bytes
    }
}
