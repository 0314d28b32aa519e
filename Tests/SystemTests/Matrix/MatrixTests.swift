import Foundation
import Host
import Planning
import TestSupport
import Testing

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

/// Real QEMU behind the launcher, beside the same QEMU without it: every row has to look alike
/// from outside, and leave nothing in the kernel's log.
@Suite(
    .enabled(if: MatrixHost.isAvailable, "no QEMU: install qemu-system-x86, or set LAUNCHER_QEMU"),
    .serialized
)
struct MatrixTests {
    @Test(
        .enabled(
            if: MatrixRow.leftOut.isEmpty,
            "this host lacks what these rows of the matrix need: \(MatrixRow.leftOut.map(\.name).joined(separator: ", "))"
        )
    )
    func `every row can run here`() {}

    @Test(arguments: MatrixRow.leftOut)
    func `a row that is left out is in the table, with what it lacks`(row: MatrixRow) throws {
        let missing = try #require(row.missing)
        MatrixTable().add(row.name, "skipped: no \(missing)")
    }

    @Test(arguments: MatrixRow.here)
    func `QEMU is the same under the filter, and with its files and capabilities restricted`(
        row: MatrixRow
    ) async throws {
        let host = try MatrixHost()
        let table = MatrixTable()
        let plain = try await MatrixRun(row, on: host, launcher: nil)
        if !row.fails { #expect(plain.failures == [], "QEMU alone: \(plain.transcript)") }
        if let recorder = CallRecorder() { return try recorder.record(row, on: host) }

        let mark = KernelLogMark()
        let confined = try await MatrixRun(row, on: host, launcher: Products.launcher)
        let records = mark.records(of: confined.processIDs)
        let isSame = confined.transcript == plain.transcript
        #expect(isSame, "\(confined.transcript), alone \(plain.transcript)")
        if let count = confined.filterCount, !row.options.contains("-daemonize") {
            #expect(count >= 2)
        }
        #expect(records.text == "")

        let enclosed = try await MatrixRun(
            row,
            on: host,
            launcher: Products.launcher,
            enclosure: .filesAndCapabilities,
        )
        let isRefused = [.refused, .mounts].contains(row.underLandlock)
        let isAlike = row.comparable(enclosed.transcript) == row.comparable(plain.transcript)
        var isEnclosedSame = isAlike != isRefused
        #expect(isEnclosedSame, "enclosed \(enclosed.transcript), alone \(plain.transcript)")
        if row.underLandlock == .mounts {
            let weak = try await MatrixRun(
                row,
                on: host,
                launcher: Products.launcher,
                enclosure: .capabilities,
            )
            isEnclosedSame = isEnclosedSame && weak.transcript == plain.transcript
            #expect(
                weak.transcript == plain.transcript,
                "without capabilities \(weak.transcript), alone \(plain.transcript)"
            )
        }
        table.add(
            row.name,
            isSame ? "same" : "DIFFERENT",
            isEnclosedSame ? (isRefused ? "refused" : "same") : "DIFFERENT",
            records.summary,
            "\(plain.seconds) s",
            "\(confined.seconds) s",
            "\(enclosed.seconds) s"
        )
    }

    @Test func `a script is refused in words where nothing may be started`() async throws {
        let row = MatrixRow(
            "",
            "-netdev tap,id=n,script={folder}/up -device e1000,netdev=n",
            spawn: "deny"
        )
        let run = try await MatrixRun(row, on: try MatrixHost(), launcher: Products.launcher)
        #expect(run.transcript.first == "end: exit 78")
        let output = run.transcript.joined(separator: "\n")
        #expect(output.contains("option '-netdev tap,id=n,script={folder}/up': QEMU would start"))
        #expect(output.contains("hint: open the tap in advance and pass fd="))
    }

    /// The command line named no program, so QEMU starts none later either, and lives on.
    @Test func `a channel that would start a program is refused while the machine runs`()
        async throws
    {
        let row = MatrixRow(
            "",
            "",
            [
                .qmp("migrate", #"{"uri":"exec:cat >{folder}/state"}"#), .qmp("query-status"),
                .file("state"), .qmp("quit"),
            ]
        )
        let run = try await MatrixRun(row, on: try MatrixHost(), launcher: Products.launcher)
        #expect(run.transcript.contains("query-status: ok"), "\(run.transcript)")
        #expect(run.transcript.contains("state: (no such file)"), "\(run.transcript)")
        #expect(run.transcript.contains("end: exit 0"), "\(run.transcript)")
    }
}

extension MatrixRow {
    /// The lines that are the same under Landlock.
    fileprivate func comparable(_ lines: [String]) -> [String] {
        guard case .sameBut(let beginnings) = underLandlock else { return lines }
        return lines.filter { line in !beginnings.contains { line.hasPrefix($0) } }
    }
}
