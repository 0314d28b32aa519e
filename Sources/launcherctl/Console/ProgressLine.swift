import Glibc
import Planning

/// One line on a terminal that tells how far a copy is, once it has taken more than a second.
struct ProgressLine: ~Copyable {
    private let label: String
    private let total: Int?
    private let start = ContinuousClock.now
    private var next = Duration.seconds(1)
    private var isShown = false

    init(_ label: String, total: Int?) {
        self.label = printable(label)
        self.total = total
    }

    mutating func update(_ byteCount: Int) {
        let elapsed = ContinuousClock.now - start
        guard elapsed >= next, Terminal.isError else { return }
        next = elapsed + .milliseconds(200)
        isShown = true
        let amount = total.map { " of \(megabytes($0))" } ?? ""
        write("\r\u{1B}[K\(label): \(megabytes(byteCount))\(amount)")
    }

    deinit {
        if isShown { write("\r\u{1B}[K") }
    }
}

private func write(_ text: String) {
    _ = unsafe text.withCString { unsafe Glibc.write(STDERR_FILENO, $0, strlen($0)) }
}

private func megabytes(_ byteCount: Int) -> String {
    let tenths = (byteCount + 50_000) / 100_000
    return "\(tenths / 10).\(tenths % 10) MB"
}
