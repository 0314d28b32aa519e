import Foundation

/// What booted, for the table of ./Scripts/matrix: a line each, into the file that
/// LAUNCHER_BOOT_TABLE names.
enum BootTable {
    static func note(_ attachment: String, _ what: String) throws {
        guard let path = ProcessInfo.processInfo.environment["LAUNCHER_BOOT_TABLE"] else { return }
        // One write to a file that is appended to: several tests do so at once.
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data("\(attachment) \(what)\n".utf8))
        try file.close()
    }
}
