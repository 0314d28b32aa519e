import Foundation

/// Where the rows' results go for people to read: the file that LAUNCHER_MATRIX_TABLE names.
struct MatrixTable {
    private let path = ProcessInfo.processInfo.environment["LAUNCHER_MATRIX_TABLE"]

    /// Adds a line, a cell after the other.
    func add(_ cells: String...) {
        guard let path, let file = FileHandle(forWritingAtPath: path) else { return }
        file.seekToEndOfFile()
        file.write(Data((cells.joined(separator: "\t") + "\n").utf8))
        try? file.close()
    }
}
