import Foundation

/// Writes down what QEMU alone calls in a row, for `Scripts/lib/record-calls`, which has strace
/// run QEMU and names the folder in LAUNCHER_RECORD_CALLS.
struct CallRecorder {
    private let folder: URL

    init?() {
        let path = ProcessInfo.processInfo.environment["LAUNCHER_RECORD_CALLS"]
        guard let path else { return nil }
        folder = URL(filePath: path)
    }

    /// Name, options and calls. Another program's calls are not QEMU's, so rows that start one
    /// are left out.
    func record(_ row: MatrixRow, on host: MatrixHost) throws {
        let traces = folder.appending(path: "traces")
        var names = Set<String>()
        var startsAnother = false
        for file in try FileManager.default.contentsOfDirectory(
            at: traces,
            includingPropertiesForKeys: nil
        ) {
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            // '1234  openat(AT_FDCWD, …', and not '1234  <... openat resumed>'.
            let calls = lines.compactMap { $0.firstMatch(of: /^\d+ +(\w+)\(/)?.1 }
            startsAnother = startsAnother || calls.count { $0 == "execve" } > 1
            names.formUnion(calls.map(String.init))
            try FileManager.default.removeItem(at: file)
        }
        guard !startsAnother, row.spawn == "auto", row.groups.isEmpty, row.destination == nil,
            !names.isEmpty
        else { return }
        // What a word in braces stands for, where it is an option and the same on every host.
        let place = try MatrixFolder(qemu: host.qemu, spawn: row.spawn)
        let words = try host.words(in: place).filter { ["chroot", "user"].contains($0.key) }
        let options = MatrixHost.expanded(row.options, words)
            .replacing(place.path, with: "{folder}")
        let line = [row.name, options, names.sorted().joined(separator: " ")]
        let rows = folder.appending(path: "rows")
        let before = (try? String(contentsOf: rows, encoding: .utf8)) ?? ""
        try (before + line.joined(separator: "\t") + "\n")
            .write(to: rows, atomically: true, encoding: .utf8)
    }
}
