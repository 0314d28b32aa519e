import Host
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
        guard elapsed >= next, StandardStreams.errorIsTerminal else { return }
        next = elapsed + .milliseconds(200)
        isShown = true
        let amount = total.map { " of \(megabytes($0))" } ?? ""
        StandardStreams.show(onError: "\r\u{1B}[K\(label): \(megabytes(byteCount))\(amount)")
    }

    deinit {
        if isShown { StandardStreams.show(onError: "\r\u{1B}[K") }
    }
}

private func megabytes(_ byteCount: Int) -> String {
    let tenths = (byteCount + 50_000) / 100_000
    return "\(tenths / 10).\(tenths % 10) MB"
}
