import Host
import Planning

@testable import launcherctl

/// A place in the kernel's log, to tell what came after it.
struct KernelLogMark {
    /// The number of the last record before; `nil` where the log may not be read.
    private let last: Int?

    init() {
        last = (try? KernelLog.content()).map { log in
            log.bytes.split(separator: UInt8(ascii: "\n")).compactMap { Self.number(of: $0) }.max()
                ?? 0
        }
    }

    struct Records {
        /// What seccomp did, in words.
        let text: String
        let summary: String
    }

    /// What the log says about these processes since then, but for what every start tries and does
    /// without: the rings of event loops.
    func records(of processIDs: Set<Int>) -> Records {
        guard let newer else { return Records(text: "", summary: "log not readable") }
        let lines = newer.filter { SeccompRecord(parsing: ByteString($0))?.number != Self.ring }
        let recent = ByteString(lines.joined(separator: [UInt8(ascii: "\n")]))
        let text = processIDs.sorted().map { LogExplanation(recent, of: $0).text }.joined()
        let isWhole = !String(decoding: recent.bytes, as: UTF8.self).contains("suppressed")
        return Records(
            text: text,
            summary: text.isEmpty ? (isWhole ? "none" : "none seen") : "RECORDED"
        )
    }

    /// Every record about these processes since then; `nil` where the log cannot be read.
    func all(of processIDs: Set<Int>) -> [SeccompRecord]? {
        newer?.compactMap { SeccompRecord(parsing: ByteString($0)) }
            .filter { processIDs.contains($0.processID) }
    }

    /// The lines since then; `nil` where the log cannot be read.
    private var newer: [ArraySlice<UInt8>]? {
        guard let last, let log = try? KernelLog.content() else { return nil }
        return log.bytes.split(separator: UInt8(ascii: "\n"))
            .filter { line in Self.number(of: line).map { $0 > last } ?? false }
    }

    private static let ring = Syscall.io_uring_setup.rawValue

    /// As `6,1234,987654321,-;text`: the second field.
    private static func number(of line: ArraySlice<UInt8>) -> Int? {
        let fields = line.split(separator: UInt8(ascii: ","), maxSplits: 2)
        return fields.count == 3 ? Int(String(decoding: fields[1], as: UTF8.self)) : nil
    }
}
